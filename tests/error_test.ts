import { APICallError } from "@ai-sdk/provider";
import { generateText } from "ai";
import { describe, it } from "node:test";
import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { completion } from "./answers.ts";
import { capture, MODEL } from "./capture.ts";
import { IS_BROWSER } from "./globals.ts";
import { IMAGE_CALL, PROMPT } from "./smallest_calls.ts";
import { withVirtualTime } from "./virtual_time.ts";

async function chatError(answer: () => Response | Promise<Response>): Promise<APICallError> {
  const { runpod } = capture(answer);
  return await assertRejects(() => runpod(MODEL).doGenerate({ prompt: PROMPT }), APICallError);
}

async function imageError(answer: () => Response | Promise<Response>): Promise<APICallError> {
  const { runpod } = capture(answer);
  const model = runpod.imageModel("qwen/qwen-image");
  return await withVirtualTime(() => assertRejects(() => model.doGenerate(IMAGE_CALL), APICallError));
}

const pythonDict = (message: string) => `{'message': ${message}, 'type': 'worker_error', 'code': None}`;

/** Every known shape of an error, and the sentence that is read from it. */
const SHAPES: Record<string, [body: unknown, sentence: string]> = {
  "a string": [{ error: "endpoint not found" }, "endpoint not found"],
  "an OpenAI error": [{ error: { message: "bad model", type: "x", param: null, code: 404 } }, "bad model"],
  "a message": [{ message: "nope" }, "nope"],
  "a problem report": [{ title: "Bad request", status: 400, detail: "no input" }, "Bad request: no input"],
  "a problem report without detail": [{ title: "Bad request", status: 400 }, "Bad request"],
  "a flat vLLM error": [
    { object: "error", message: "does not exist", type: "NotFoundError", code: 404 },
    "does not exist",
  ],
  "JSON inside a sentence": [
    { error: 'Error submitting task: 400, {"code":400,"message":"Invalid size"}' },
    "Error submitting task: 400: Invalid size",
  ],
  "a vLLM error inside a worker error": [
    { error: { message: 'vLLM returned HTTP 400: {"error":{"message":"too long","code":400}}', type: "worker_error" } },
    "vLLM returned HTTP 400: too long",
  ],
  "a list of strings": [{ error: ["model is required", "audio is required"] }, "model is required; audio is required"],
  "a validator's list": [{ detail: [{ loc: ["body", "input"], msg: "field required" }] }, "body.input: field required"],
  "a raised exception": [
    {
      error: JSON.stringify({
        error_type: "<class 'ValueError'>",
        error_message: "seed must be positive",
        error_traceback: "Traceback in /app/secret.py",
        hostname: "worker-host",
      }),
    },
    "seed must be positive",
  ],
  "a generator that raised": [{ error: "handler: out of memory \ntraceback: File /app/x.py" }, "out of memory"],
  "a Python dict": [{ error: pythonDict("'model crashed'") }, "model crashed"],
  "a Python dict with an apostrophe": [{ error: pythonDict(`"it's gone"`) }, "it's gone"],
  "a Python dict with escapes": [{ error: pythonDict(`'it\\'s "gone"'`) }, `it's "gone"`],
  "a vLLM error in a Python dict": [
    { error: pythonDict(`'vLLM returned HTTP 400: {"error":{"message":"too long"}}'`) },
    "vLLM returned HTTP 400: too long",
  ],
  "a nested Python dict": [{ error: "{'error': {'message': 'deep', 'code': 500}}" }, "deep"],
  "a raised exception without a message": [
    {
      error: JSON.stringify({
        error_type: "<class 'AssertionError'>",
        error_message: "",
        error_traceback: 'Traceback (most recent call last):\n  File "/app/x.py"\nAssertionError',
        hostname: "worker-host",
      }),
    },
    "AssertionError",
  ],
  "a generator that raised without a message": [
    { error: 'handler:  \ntraceback: Traceback (most recent call last):\n  File "/app/x.py"\nValueError' },
    "ValueError",
  ],
  "a bare traceback": [
    { error: "Traceback (most recent call last):\n  File \"/app/x.py\", line 1\nKeyError: 'prompt'" },
    "KeyError: 'prompt'",
  ],
  "a Python dict with other escapes": [{ error: pythonDict("'caf\\xe9 \\u2014 \\r\\n'") }, "café —"],
  "a Python dict with detail": [{ error: "{'detail': 'no such lora'}" }, "no such lora"],
  "an error under err": [{ err: "boom", traceback: "..." }, "boom"],
  "TGI's error": [
    { error: "`inputs` must have less tokens", error_type: "validation" },
    "`inputs` must have less tokens",
  ],
  "TEI's error": [{ message: "batch size 40 > 32", type: "Validation" }, "batch size 40 > 32"],
  "an error type alone": [{ error_type: "overloaded" }, "overloaded"],
  "a name of the error beside its message": [
    { error: { error: "Unprocessable Entity", message: "the prompt is longer than 4096 tokens" } },
    "the prompt is longer than 4096 tokens",
  ],
  "a list of errors beside a text": [
    { detail: "Validation Error", errors: [{ loc: ["body", "stop"], msg: "Input should be a string" }] },
    "Validation Error: body.stop: Input should be a string",
  ],
  "a list of fields": [
    {
      message: "Invalid request",
      details: [{ field: "top_p", message: "must be below 1" }, { path: ["n"], msg: "odd" }],
    },
    "Invalid request: top_p: must be below 1; n: odd",
  ],
  "vLLM's printed list": [
    { error: { message: `[{'type': 'extra_forbidden', 'loc': ('body', 'x'), 'msg': 'Not permitted', 'input': {}}]` } },
    "body.x: Not permitted",
  ],
  "vLLM's list below a sentence": [
    {
      error: {
        message: "2 validation errors:\n  {'type': 'string_type', 'loc': 'body.stop', 'msg': 'Should be a string'}\n" +
          `  {'type': 'value_error', 'loc': ['body', 0], 'msg': "Isn't good"}\n\n  File "serving.py", line 5`,
      },
    },
    "2 validation errors: body.stop: Should be a string; body.0: Isn't good",
  ],
  "pydantic's own text": [
    {
      message: "1 validation error for Request\nmessages.0.content\n  Input should be a string [type=string_type, " +
        "input_value=5, input_type=int]\n    For further information visit https://errors.pydantic.dev/2.9/v/x",
    },
    "messages.0.content: Input should be a string",
  ],
  "a server's error behind LiteLLM": [
    {
      error: {
        message:
          'litellm.BadRequestError: Hosted_vllmException - {"error":{"message":"System message must come first.",' +
          '"type":"BadRequestError"}}. Received Model Group=tiny\nAvailable Model Group Fallbacks=None',
        code: "400",
      },
    },
    "System message must come first. (litellm.BadRequestError: Hosted_vllmException)",
  ],
  "words behind LiteLLM": [
    { error: { message: "litellm.APIError: OpenAIException - It broke. Received Model Group=tiny\nAvailable …=None" } },
    "It broke (litellm.APIError: OpenAIException)",
  ],
  "an exception that quotes another's error": [
    { error: `openai.BadRequestError: Error code: 400 - {'error': {'message': 'too long', 'code': 400}}` },
    "too long",
  ],
};

describe("an error of any shape", () => {
  for (const [name, [body, sentence]] of Object.entries(SHAPES)) {
    it(`is read as ${name}`, async () => {
      for (
        const error of [
          await chatError(() => Response.json(body, { status: 400 })),
          await imageError(() => Response.json(body, { status: 400 })),
          // The same value as the error of a job that failed.
          await imageError(() =>
            Response.json({
              id: "1",
              status: "FAILED",
              ...(body as object),
              error: (body as { error?: unknown }).error ?? body,
            })
          ),
        ]
      ) {
        assertStringIncludes(error.message, `: ${sentence}`);
        assert(!/Traceback|worker-host|\/app\//.test(error.message), error.message);
        assert(!error.message.includes("Invalid JSON"), error.message);
      }
    });
  }

  const BODIES: Record<string, [body: string, shown: string]> = {
    "an HTML page": [
      "<!doctype html><html><head><title>502 Bad Gateway</title></head><body>x</body></html>",
      "502 Bad Gateway",
    ],
    "an HTML page without a title": ["<html><style>b{}</style><body><h1>Gone</h1></body></html>", "Gone"],
    "plain text": ["upstream connect error", "upstream connect error"],
    "nothing": ["", "the answer is empty"],
    "half a JSON": ['{"error":"bad', '{"error":"bad'],
    "JSON of no known shape": ['{"foo":1}', '{"foo":1}'],
  };
  for (const [name, [body, shown]] of Object.entries(BODIES)) {
    it(`has ${name} in its message`, async () => {
      for (const make of [chatError, imageError]) {
        const error = await make(() => new Response(body, { status: 500 }));
        assertStringIncludes(error.message, shown);
        assertStringIncludes(error.message, "HTTP 500");
        assertEquals(error.responseBody, body);
      }
    });
    if (body === "") continue;
    it(`has ${name} with HTTP 200 in its message`, async () => {
      for (const make of [chatError, imageError]) {
        const error = await make(() => new Response(body));
        assertEquals(error.responseBody, body);
        assertEquals([error.statusCode, error.isRetryable], [200, false]);
        assertMatch(error.message, /^Cannot generate (text|an image) with "[^"]+": /);
      }
    });
  }
});

describe("an error of a failed job", () => {
  const failed = (job: Record<string, unknown>) => () => Response.json({ id: "1", status: "FAILED", ...job });

  it("is in the message even when it is not a string, or is in the output", async () => {
    const jobs: Array<[Record<string, unknown>, string]> = [
      [{ error: { exit_code: 137, reason: "OOMKilled" } }, '"reason":"OOMKilled"'],
      [{ error: 137 }, "137"],
      [{ output: { error: "no such lora" } }, "no such lora"],
      [{ error: null, output: { message: "bad seed" } }, "bad seed"],
    ];
    for (const [job, shown] of jobs) assertStringIncludes((await imageError(failed(job))).message, shown);
  });
});

describe("the advice of an error", () => {
  const ADVICE: Array<[status: number, advice: string]> = [
    [401, 'check that the API key is valid ("apiKey" or RUNPOD_API_KEY)'],
    [402, "balance"],
    [403, "check that the API key may use this endpoint"],
    [404, 'check that endpoint "qwen3-32b-awq" exists and serves a model named "Qwen/Qwen3-32B-AWQ"'],
    [413, "send less"],
    [429, "limit"],
  ];
  for (const [status, advice] of ADVICE) {
    it(`is that of HTTP ${status}`, async () => {
      const error = await chatError(() => Response.json({ error: "no" }, { status }));
      assertStringIncludes(error.message, advice);
      assertEquals(error.statusCode, status);
      assertEquals(error.url, "https://api.runpod.ai/v2/qwen3-32b-awq/openai/v1/chat/completions");
    });
  }

  it("is that of what the server said", async () => {
    const errors: Array<[message: string, advice: RegExp]> = [
      ["Unsupported chat content part type: 'file'. Supported types: text, image_url", /pages as images, or its text$/],
      ["Unknown part type: file", /pages as images, or its text$/],
      ["unsupported content[].type", /pages as images, or its text$/],
      ['"auto" tool choice requires --enable-auto-tool-choice', /ENABLE_AUTO_TOOL_CHOICE=true/],
      ["bad profile", /bad profile \(HTTP 400\)$/],
    ];
    for (const [message, advice] of errors) {
      assertMatch((await chatError(() => Response.json({ error: { message } }, { status: 400 }))).message, advice);
    }
    const embed = (status: number, body: unknown) => {
      const { runpod } = capture(() => Response.json(body, { status }));
      return assertRejects(() => runpod.embeddingModel("abc", { model: "m" }).doEmbed({ values: ["a"] }), APICallError);
    };
    for (
      const message of [
        "batch size 40 > maximum allowed batch size 32",
        "batch size exceeds the limit of 32",
        "too many inputs: at most 32 texts",
      ]
    ) {
      for (const [status, body] of [[413, { message, type: "Validation" }], [422, { error: message }]] as const) {
        const error = await embed(status, body);
        assertStringIncludes(error.message, message);
        assertMatch(error.message, /maxEmbeddingsPerCall/);
      }
    }
    // A single value that is too long stays too long.
    const long = await embed(500, { error: { message: "input (979 tokens) is too large to process" } });
    assert(!long.message.includes("maxEmbeddingsPerCall"));
    assertEquals(long.isRetryable, false);
  });

  it("is that of a status inside HTTP 200", async () => {
    const error = await chatError(() => Response.json({ object: "error", message: "no model", code: 404 }));
    assertStringIncludes(error.message, 'check that endpoint "qwen3-32b-awq" exists');
  });
});

describe("a retryable error", () => {
  const of = (status: number) => () => Response.json({ error: "no" }, { status });

  it("is that of a completion that ended or was refused, not of one that may still run", async () => {
    for (const status of [408, 409, 425, 429, 500, 502, 503]) {
      assertEquals((await chatError(of(status))).isRetryable, true);
    }
    for (const status of [400, 401, 403, 404, 413, 504, 520, 522, 524]) {
      assertEquals((await chatError(of(status))).isRetryable, false, `HTTP ${status}`);
    }
  });

  it("is not that of a completion whose job has ended, or with a nested status that is permanent", async () => {
    const bodies: unknown[] = [
      { id: "1-u1", status: "FAILED", error: "executionTimeout exceeded" },
      { id: "1-u1", status: "TIMED_OUT", error: "gone" },
      { error: pythonDict(`'vLLM returned HTTP 400: {"error":{"message":"too long"}}'`) },
      { error: { message: "too long", code: 400 } },
    ];
    for (const body of bodies) {
      const error = await chatError(() => Response.json(body, { status: 500 }));
      assertEquals(error.isRetryable, false, JSON.stringify(body));
    }
    const notFound = { error: pythonDict('\'vLLM returned HTTP 404: {"error":{"message":"no model"}}\'') };
    const error = await chatError(() => Response.json(notFound, { status: 500 }));
    assertStringIncludes(error.message, "serves a model named");
  });

  it("is not that of an error which every try will meet", async () => {
    const errors = [
      "Context size has been exceeded.",
      "the request exceeds the available context size",
      "input (979 tokens) is too large to process. increase the physical batch size",
      "Failed to initialize samplers: failed to parse grammar",
      "image input is not supported - hint: you may need to provide the mmproj",
      "Can only get item pairs from a mapping.",
      "Error rendering prompt with jinja template",
      "invalid JSON schema in format",
    ];
    for (const message of errors) {
      const body = { error: { code: 500, message, type: "server_error" } };
      for (const status of [500, 200]) {
        assertEquals((await chatError(() => Response.json(body, { status }))).isRetryable, false, message);
      }
    }
    const missing = () => Response.json({ error: "this server cannot embed" }, { status: 501 });
    assertEquals((await chatError(missing)).isRetryable, false);
    const memory = () => Response.json({ error: "CUDA out of memory" }, { status: 500 });
    assertEquals((await chatError(memory)).isRetryable, true);
  });

  it("is that of HTTP 200 with a transient status inside, not with a number in a sentence", async () => {
    const answers: Array<[unknown, boolean]> = [
      [{ object: "error", message: "overloaded", code: 503 }, true],
      [{ error: { message: "slow down", code: "429" } }, true],
      [{ error: 'Error submitting task: 429, {"message":"busy"}' }, true],
      [{ error: 'max_tokens 512 is too large: {"message":"use 256"}' }, false],
      [{ error: { message: "odd", code: ["429"] } }, false],
      [{ error: { message: "plain" } }, false],
    ];
    for (const [body, isRetryable] of answers) {
      assertEquals((await chatError(() => Response.json(body))).isRetryable, isRetryable, JSON.stringify(body));
    }
  });

  it("is that of a load balancer without workers, whatever its status", async () => {
    for (const status of [400, 500, 503]) {
      const error = await chatError(() => Response.json({ error: "no workers available" }, { status }));
      assertEquals(error.isRetryable, true);
    }
  });

  it("is not that of a job, for which the rate limit is waited for instead", async () => {
    const limited = await imageError(of(429));
    assertStringIncludes(limited.message, "no submission was accepted within 600 s because of the rate limit");
    assertEquals(limited.isRetryable, false);
    for (const status of [400, 408, 409, 500, 502, 503, 504, 524]) {
      assertEquals((await imageError(of(status))).isRetryable, false, `HTTP ${status}`);
    }
    // An error that only mentions a limit may come from something behind the queue, which accepted the job.
    const mentions: Array<[unknown, number]> = [
      [{ error: "upstream said status 429" }, 500],
      [{ error: { message: "Rate limit", code: 429 } }, 200],
      [{ error: "no workers available" }, 500],
    ];
    for (const [body, status] of mentions) {
      assertEquals((await imageError(() => Response.json(body, { status }))).isRetryable, false, JSON.stringify(body));
    }
  });

  it("is that of a job whose connection was never made, not of one whose answer was lost", async () => {
    const refused = new TypeError("fetch failed", { cause: Object.assign(new Error("x"), { code: "ECONNREFUSED" }) });
    const reset = new TypeError("fetch failed", { cause: Object.assign(new Error("x"), { code: "ECONNRESET" }) });
    assertEquals((await imageError(() => Promise.reject(refused))).isRetryable, true);
    assertEquals((await imageError(() => Promise.reject(reset))).isRetryable, false);
    assertEquals((await chatError(() => Promise.reject(reset))).isRetryable, true);
  });

  it("is retried by the AI SDK", async () => {
    await withVirtualTime(async () => {
      const { runpod, sent } = capture((_, index) =>
        index === 0 ? Response.json({ error: "busy" }, { status: 503 }) : completion({ content: "Hello" })
      );
      assertEquals((await generateText({ model: runpod(MODEL), prompt: "Hi" })).text, "Hello");
      assertEquals(sent.length, 2);
    });
  });
});

describe("no answer at all", () => {
  it("is an APICallError with the host and the cause", async () => {
    const failure = new TypeError("fetch failed", { cause: new Error("getaddrinfo ENOTFOUND api.runpod.ai") });
    const error = await chatError(() => Promise.reject(failure));
    assertEquals(
      error.message,
      'Cannot generate text with "qwen/qwen3-32b-awq": no answer from api.runpod.ai: getaddrinfo ENOTFOUND api.runpod.ai',
    );
    assertEquals(error.cause, failure);
  });

  it("is an APICallError too when the body breaks off", async () => {
    const broken = () =>
      new Response(new ReadableStream({ start: (controller) => controller.error(new Error("reset")) }));
    for (const error of [await chatError(broken), await imageError(broken)]) {
      assertStringIncludes(error.message, `the answer broke off from api.runpod.ai: ${IS_BROWSER ? "" : "reset"}`);
      assertEquals(error.isRetryable, false);
    }
  });

  it("is the abort reason after an abort", async () => {
    const { runpod } = capture(() => Promise.reject(new DOMException("The operation was aborted", "AbortError")));
    const abort = new AbortController();
    const reason = { why: "left" };
    const pending = Promise.resolve(runpod(MODEL).doGenerate({ prompt: PROMPT, abortSignal: abort.signal }));
    abort.abort(reason);
    assertEquals(await pending.catch((error) => error), reason);
  });
});
