/**
 * Answers in the form that real servers give them, shortened: recorded-style, not recorded.
 *
 * @module
 */

/** An answer, and what it says. */
export interface Recording {
  /** The catalogue's model, or the served name of another. */
  model: string;
  body: string;
  reasoning?: string;
  text: string;
  calls?: Array<[id: string, name: string, input: string]>;
  finishReason: string;
  outputTokens: number;
}

/** vLLM 0.8, no reasoning parser: thoughts in the text, between tags. */
const QWEN3_THINKS_INLINE =
  `data: {"id":"chatcmpl-5c1e0d8f4a6b4f0f9a57","object":"chat.completion.chunk","created":1761840001,"model":"Qwen/Qwen3-32B-AWQ","choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}]}

data: {"id":"chatcmpl-5c1e0d8f4a6b4f0f9a57","object":"chat.completion.chunk","created":1761840001,"model":"Qwen/Qwen3-32B-AWQ","choices":[{"index":0,"delta":{"content":"<think>"},"logprobs":null,"finish_reason":null}]}

data: {"id":"chatcmpl-5c1e0d8f4a6b4f0f9a57","object":"chat.completion.chunk","created":1761840001,"model":"Qwen/Qwen3-32B-AWQ","choices":[{"index":0,"delta":{"content":"\\n"},"logprobs":null,"finish_reason":null}]}

data: {"id":"chatcmpl-5c1e0d8f4a6b4f0f9a57","object":"chat.completion.chunk","created":1761840001,"model":"Qwen/Qwen3-32B-AWQ","choices":[{"index":0,"delta":{"content":"Okay, 17"},"logprobs":null,"finish_reason":null}]}

data: {"id":"chatcmpl-5c1e0d8f4a6b4f0f9a57","object":"chat.completion.chunk","created":1761840001,"model":"Qwen/Qwen3-32B-AWQ","choices":[{"index":0,"delta":{"content":" is < 20 and prime.\\n"},"logprobs":null,"finish_reason":null}]}

data: {"id":"chatcmpl-5c1e0d8f4a6b4f0f9a57","object":"chat.completion.chunk","created":1761840001,"model":"Qwen/Qwen3-32B-AWQ","choices":[{"index":0,"delta":{"content":"</think>"},"logprobs":null,"finish_reason":null}]}

data: {"id":"chatcmpl-5c1e0d8f4a6b4f0f9a57","object":"chat.completion.chunk","created":1761840001,"model":"Qwen/Qwen3-32B-AWQ","choices":[{"index":0,"delta":{"content":"\\n\\n"},"logprobs":null,"finish_reason":null}]}

data: {"id":"chatcmpl-5c1e0d8f4a6b4f0f9a57","object":"chat.completion.chunk","created":1761840001,"model":"Qwen/Qwen3-32B-AWQ","choices":[{"index":0,"delta":{"content":"Yes — 17 ist eine Primzahl 🎉"},"logprobs":null,"finish_reason":null}]}

data: {"id":"chatcmpl-5c1e0d8f4a6b4f0f9a57","object":"chat.completion.chunk","created":1761840001,"model":"Qwen/Qwen3-32B-AWQ","choices":[{"index":0,"delta":{"content":""},"logprobs":null,"finish_reason":"stop","stop_reason":null}]}

data: {"id":"chatcmpl-5c1e0d8f4a6b4f0f9a57","object":"chat.completion.chunk","created":1761840001,"model":"Qwen/Qwen3-32B-AWQ","choices":[],"usage":{"prompt_tokens":14,"total_tokens":47,"completion_tokens":33},"cost":0.00047}

data: [DONE]

`;

/** The same model, its thinking turned off by the template, whose empty block some versions repeat. */
const QWEN3_THINKS_NOT =
  `data: {"id":"chatcmpl-0b7a","object":"chat.completion.chunk","created":1761840009,"model":"Qwen/Qwen3-32B-AWQ","choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}]}

data: {"id":"chatcmpl-0b7a","object":"chat.completion.chunk","created":1761840009,"model":"Qwen/Qwen3-32B-AWQ","choices":[{"index":0,"delta":{"content":"<think>\\n\\n</think>\\n\\n"},"logprobs":null,"finish_reason":null}]}

data: {"id":"chatcmpl-0b7a","object":"chat.completion.chunk","created":1761840009,"model":"Qwen/Qwen3-32B-AWQ","choices":[{"index":0,"delta":{"content":"Yes, 17 is prime."},"logprobs":null,"finish_reason":null}]}

data: {"id":"chatcmpl-0b7a","object":"chat.completion.chunk","created":1761840009,"model":"Qwen/Qwen3-32B-AWQ","choices":[{"index":0,"delta":{"content":""},"logprobs":null,"finish_reason":"stop","stop_reason":null}]}

data: {"id":"chatcmpl-0b7a","object":"chat.completion.chunk","created":1761840009,"model":"Qwen/Qwen3-32B-AWQ","choices":[],"usage":{"prompt_tokens":18,"total_tokens":26,"completion_tokens":8}}

data: [DONE]

`;

/** vLLM 0.12 and later with the qwen3 and hermes parsers: `reasoning`, and a call in pieces. */
const QWEN3_CALLS =
  `data: {"id":"chatcmpl-9d2c","object":"chat.completion.chunk","created":1772000000,"model":"Qwen/Qwen3-32B-AWQ","choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}],"prompt_token_ids":null}

data: {"id":"chatcmpl-9d2c","object":"chat.completion.chunk","created":1772000000,"model":"Qwen/Qwen3-32B-AWQ","choices":[{"index":0,"delta":{"reasoning":"I need the"},"logprobs":null,"finish_reason":null,"token_ids":null}]}

data: {"id":"chatcmpl-9d2c","object":"chat.completion.chunk","created":1772000000,"model":"Qwen/Qwen3-32B-AWQ","choices":[{"index":0,"delta":{"reasoning":" weather."},"logprobs":null,"finish_reason":null,"token_ids":null}]}

data: {"id":"chatcmpl-9d2c","object":"chat.completion.chunk","created":1772000000,"model":"Qwen/Qwen3-32B-AWQ","choices":[{"index":0,"delta":{"content":"\\n\\n"},"logprobs":null,"finish_reason":null,"token_ids":null}]}

data: {"id":"chatcmpl-9d2c","object":"chat.completion.chunk","created":1772000000,"model":"Qwen/Qwen3-32B-AWQ","choices":[{"index":0,"delta":{"tool_calls":[{"id":"chatcmpl-tool-7f3e","type":"function","index":0,"function":{"name":"get_weather"}}]},"logprobs":null,"finish_reason":null,"token_ids":null}]}

data: {"id":"chatcmpl-9d2c","object":"chat.completion.chunk","created":1772000000,"model":"Qwen/Qwen3-32B-AWQ","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\\"city\\": \\""}}]},"logprobs":null,"finish_reason":null,"token_ids":null}]}

data: {"id":"chatcmpl-9d2c","object":"chat.completion.chunk","created":1772000000,"model":"Qwen/Qwen3-32B-AWQ","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"Zürich\\"}"}}]},"logprobs":null,"finish_reason":null,"token_ids":null}]}

data: {"id":"chatcmpl-9d2c","object":"chat.completion.chunk","created":1772000000,"model":"Qwen/Qwen3-32B-AWQ","choices":[{"index":0,"delta":{"content":""},"logprobs":null,"finish_reason":"tool_calls","stop_reason":null,"token_ids":null}]}

data: {"id":"chatcmpl-9d2c","object":"chat.completion.chunk","created":1772000000,"model":"Qwen/Qwen3-32B-AWQ","choices":[],"usage":{"prompt_tokens":160,"total_tokens":199,"completion_tokens":39,"prompt_tokens_details":null}}

data: [DONE]

`;

/** gpt-oss on vLLM: both names of the field at once, and refusal, function_call and others as null. */
const GPT_OSS =
  `data: {"id":"chatcmpl-e4b1","object":"chat.completion.chunk","created":1765000000,"model":"openai/gpt-oss-120b","choices":[{"index":0,"delta":{"role":"assistant","content":"","reasoning_content":null},"logprobs":null,"finish_reason":null}],"prompt_token_ids":null}

data: {"id":"chatcmpl-e4b1","object":"chat.completion.chunk","created":1765000000,"model":"openai/gpt-oss-120b","choices":[{"index":0,"delta":{"reasoning":"User greets.","reasoning_content":"User greets."},"logprobs":null,"finish_reason":null,"token_ids":null}]}

data: {"id":"chatcmpl-e4b1","object":"chat.completion.chunk","created":1765000000,"model":"openai/gpt-oss-120b","choices":[{"index":0,"delta":{"reasoning":" Greet back.","reasoning_content":" Greet back."},"logprobs":null,"finish_reason":null,"token_ids":null}]}

data: {"id":"chatcmpl-e4b1","object":"chat.completion.chunk","created":1765000000,"model":"openai/gpt-oss-120b","choices":[{"index":0,"delta":{"content":"Hello","refusal":null,"function_call":null,"tool_calls":null},"logprobs":null,"finish_reason":null,"token_ids":null}]}

data: {"id":"chatcmpl-e4b1","object":"chat.completion.chunk","created":1765000000,"model":"openai/gpt-oss-120b","choices":[{"index":0,"delta":{"content":"!","tool_calls":[]},"logprobs":null,"finish_reason":null,"token_ids":null}]}

data: {"id":"chatcmpl-e4b1","object":"chat.completion.chunk","created":1765000000,"model":"openai/gpt-oss-120b","choices":[{"index":0,"delta":{"content":"","reasoning_content":null},"logprobs":null,"finish_reason":"stop","stop_reason":200002,"token_ids":null}]}

data: {"id":"chatcmpl-e4b1","object":"chat.completion.chunk","created":1765000000,"model":"openai/gpt-oss-120b","choices":[],"usage":{"prompt_tokens":68,"total_tokens":89,"completion_tokens":21}}

data: [DONE]

`;

/** Kimi: the older field, ids that count, two calls one after the other, and the usage inside the last choice. */
const KIMI =
  `data: {"id":"chatcmpl-69f0","object":"chat.completion.chunk","created":1784000000,"model":"kimi-k3","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}],"system_fingerprint":"fpv0_ca"}

data: {"id":"chatcmpl-69f0","object":"chat.completion.chunk","created":1784000000,"model":"kimi-k3","choices":[{"index":0,"delta":{"reasoning_content":"Two cities, two calls."},"finish_reason":null}],"system_fingerprint":"fpv0_ca"}

data: {"id":"chatcmpl-69f0","object":"chat.completion.chunk","created":1784000000,"model":"kimi-k3","choices":[{"index":0,"delta":{"content":"I will look."},"finish_reason":null}],"system_fingerprint":"fpv0_ca"}

data: {"id":"chatcmpl-69f0","object":"chat.completion.chunk","created":1784000000,"model":"kimi-k3","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"functions.get_weather:0","type":"function","function":{"name":"get_weather","arguments":""}}]},"finish_reason":null}],"system_fingerprint":"fpv0_ca"}

data: {"id":"chatcmpl-69f0","object":"chat.completion.chunk","created":1784000000,"model":"kimi-k3","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\\"city\\":\\"東京\\"}"}}]},"finish_reason":null}],"system_fingerprint":"fpv0_ca"}

data: {"id":"chatcmpl-69f0","object":"chat.completion.chunk","created":1784000000,"model":"kimi-k3","choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"id":"functions.get_weather:1","type":"function","function":{"name":"get_weather","arguments":""}}]},"finish_reason":null}],"system_fingerprint":"fpv0_ca"}

data: {"id":"chatcmpl-69f0","object":"chat.completion.chunk","created":1784000000,"model":"kimi-k3","choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"function":{"arguments":"{\\"city\\":\\"Oslo\\"}"}}]},"finish_reason":null}],"system_fingerprint":"fpv0_ca"}

data: {"id":"chatcmpl-69f0","object":"chat.completion.chunk","created":1784000000,"model":"kimi-k3","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls","usage":{"prompt_tokens":210,"completion_tokens":58,"total_tokens":268,"cached_tokens":128}}],"system_fingerprint":"fpv0_ca"}

data: [DONE]

`;

/** A model without a parser whose template opens the tag in the prompt. */
const COGITO_UNOPENED =
  `data: {"id":"chatcmpl-c0","object":"chat.completion.chunk","created":1757000000,"model":"deepcogito/cogito-v2-preview-llama-70B","choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}]}

data: {"id":"chatcmpl-c0","object":"chat.completion.chunk","created":1757000000,"model":"deepcogito/cogito-v2-preview-llama-70B","choices":[{"index":0,"delta":{"content":"The user says hello.\\n"},"logprobs":null,"finish_reason":null}]}

data: {"id":"chatcmpl-c0","object":"chat.completion.chunk","created":1757000000,"model":"deepcogito/cogito-v2-preview-llama-70B","choices":[{"index":0,"delta":{"content":"</think>\\n\\nHello!"},"logprobs":null,"finish_reason":null}]}

data: {"id":"chatcmpl-c0","object":"chat.completion.chunk","created":1757000000,"model":"deepcogito/cogito-v2-preview-llama-70B","choices":[{"index":0,"delta":{"content":""},"logprobs":null,"finish_reason":"stop","stop_reason":null}]}

data: {"id":"chatcmpl-c0","object":"chat.completion.chunk","created":1757000000,"model":"deepcogito/cogito-v2-preview-llama-70B","choices":[],"usage":{"prompt_tokens":20,"total_tokens":32,"completion_tokens":12}}

data: [DONE]

`;

/** Mistral's parser in vLLM: the whole call in one delta, no type, an id of nine characters. */
const MISTRAL_WHOLE_CALL =
  `data: {"id":"chatcmpl-m1","object":"chat.completion.chunk","created":1757000000,"model":"mistralai/Mistral-Small-24B","choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}]}

data: {"id":"chatcmpl-m1","object":"chat.completion.chunk","created":1757000000,"model":"mistralai/Mistral-Small-24B","choices":[{"index":0,"delta":{"tool_calls":[{"id":"bQ2xZr0Kd","index":0,"function":{"name":"get_weather","arguments":"{\\"city\\": \\"Paris\\"}"}}]},"logprobs":null,"finish_reason":null}]}

data: {"id":"chatcmpl-m1","object":"chat.completion.chunk","created":1757000000,"model":"mistralai/Mistral-Small-24B","choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"tool_calls","stop_reason":null}]}

data: {"id":"chatcmpl-m1","object":"chat.completion.chunk","created":1757000000,"model":"mistralai/Mistral-Small-24B","choices":[],"usage":{"prompt_tokens":90,"total_tokens":112,"completion_tokens":22}}

data: [DONE]

`;

/** worker-sglang: every event printed over many lines, the usage in every chunk, and nulls for what is not there. */
const SGLANG_PRETTY = `data: {
data:     "id": "2f7c1f0a8e",
data:     "object": "chat.completion.chunk",
data:     "created": 1768000000,
data:     "model": "org/model",
data:     "choices": [
data:         {
data:             "index": 0,
data:             "delta": {
data:                 "role": "assistant",
data:                 "content": "",
data:                 "reasoning_content": null,
data:                 "tool_calls": null
data:             },
data:             "logprobs": null,
data:             "finish_reason": null,
data:             "matched_stop": null
data:         }
data:     ],
data:     "usage": null
data: }

data: {
data:     "id": "2f7c1f0a8e",
data:     "object": "chat.completion.chunk",
data:     "created": 1768000000,
data:     "model": "org/model",
data:     "choices": [
data:         {
data:             "index": 0,
data:             "delta": {
data:                 "role": null,
data:                 "content": null,
data:                 "reasoning_content": "Hm,\\n\\nwell.",
data:                 "tool_calls": null
data:             },
data:             "logprobs": null,
data:             "finish_reason": null,
data:             "matched_stop": null
data:         }
data:     ],
data:     "usage": {
data:         "prompt_tokens": 12,
data:         "total_tokens": 15,
data:         "completion_tokens": 3
data:     }
data: }

data: {
data:     "id": "2f7c1f0a8e",
data:     "object": "chat.completion.chunk",
data:     "created": 1768000000,
data:     "model": "org/model",
data:     "choices": [
data:         {
data:             "index": 0,
data:             "delta": {
data:                 "role": null,
data:                 "content": "Hello there",
data:                 "reasoning_content": null,
data:                 "tool_calls": null
data:             },
data:             "logprobs": null,
data:             "finish_reason": "stop",
data:             "matched_stop": 151645
data:         }
data:     ],
data:     "usage": {
data:         "prompt_tokens": 12,
data:         "total_tokens": 17,
data:         "completion_tokens": 5,
data:         "prompt_tokens_details": null
data:     }
data: }

data: [DONE]

`;

/** Streams by name. */
export const STREAMS: Record<string, Recording> = {
  "Qwen3 that thinks in its text": {
    model: "qwen/qwen3-32b-awq",
    body: QWEN3_THINKS_INLINE,
    reasoning: "Okay, 17 is < 20 and prime.",
    text: "Yes — 17 ist eine Primzahl 🎉",
    finishReason: "stop",
    outputTokens: 33,
  },
  "Qwen3 that does not think": {
    model: "qwen/qwen3-32b-awq",
    body: QWEN3_THINKS_NOT,
    text: "Yes, 17 is prime.",
    finishReason: "stop",
    outputTokens: 8,
  },
  "Qwen3 that thinks and calls": {
    model: "qwen/qwen3-32b-awq",
    body: QWEN3_CALLS,
    reasoning: "I need the weather.",
    text: "\n\n",
    calls: [["chatcmpl-tool-7f3e", "get_weather", '{"city": "Zürich"}']],
    finishReason: "tool-calls",
    outputTokens: 39,
  },
  "gpt-oss": {
    model: "openai/gpt-oss-120b",
    body: GPT_OSS,
    reasoning: "User greets. Greet back.",
    text: "Hello!",
    finishReason: "stop",
    outputTokens: 21,
  },
  "Kimi": {
    model: "moonshotai/kimi-k3",
    body: KIMI,
    reasoning: "Two cities, two calls.",
    text: "I will look.",
    calls: [
      ["functions.get_weather:0", "get_weather", '{"city":"東京"}'],
      ["functions.get_weather:1", "get_weather", '{"city":"Oslo"}'],
    ],
    finishReason: "tool-calls",
    outputTokens: 58,
  },
  "Cogito that begins inside its thoughts": {
    model: "deep-cogito/deep-cogito-v2-llama-70b",
    body: COGITO_UNOPENED,
    reasoning: "The user says hello.",
    text: "Hello!",
    finishReason: "stop",
    outputTokens: 12,
  },
  "Mistral with its call in one piece": {
    model: "mistralai/Mistral-Small-24B",
    body: MISTRAL_WHOLE_CALL,
    text: "",
    calls: [["bQ2xZr0Kd", "get_weather", '{"city": "Paris"}']],
    finishReason: "tool-calls",
    outputTokens: 22,
  },
  "worker-sglang": {
    model: "org/model",
    body: SGLANG_PRETTY,
    reasoning: "Hm,\n\nwell.",
    text: "Hello there",
    finishReason: "stop",
    outputTokens: 5,
  },
};

/** Completions by name. */
export const COMPLETIONS: Record<string, Recording> = {
  "Qwen3 that thinks in its text": {
    model: "qwen/qwen3-32b-awq",
    body:
      `{"id":"chatcmpl-1d","object":"chat.completion","created":1761840001,"model":"Qwen/Qwen3-32B-AWQ","choices":[{"index":0,"message":{"role":"assistant","reasoning_content":null,"content":"<think>\\nIt is prime.\\n</think>\\n\\nYes.","tool_calls":[]},"logprobs":null,"finish_reason":"stop","stop_reason":null}],"usage":{"prompt_tokens":14,"total_tokens":27,"completion_tokens":13,"prompt_tokens_details":null},"prompt_logprobs":null,"cost":0.00027}`,
    reasoning: "It is prime.",
    text: "Yes.",
    finishReason: "stop",
    outputTokens: 13,
  },
  "gpt-oss that calls": {
    model: "openai/gpt-oss-120b",
    body:
      `{"id":"chatcmpl-2e","object":"chat.completion","created":1765000000,"model":"openai/gpt-oss-120b","choices":[{"index":0,"message":{"role":"assistant","content":null,"refusal":null,"annotations":null,"audio":null,"function_call":null,"tool_calls":[{"id":"chatcmpl-tool-5a","type":"function","function":{"name":"get_weather","arguments":"{\\"city\\":\\"Rome\\"}"}}],"reasoning":"Need weather.","reasoning_content":"Need weather."},"logprobs":null,"finish_reason":"tool_calls","stop_reason":200012,"token_ids":null}],"service_tier":null,"system_fingerprint":null,"usage":{"prompt_tokens":140,"total_tokens":171,"completion_tokens":31,"prompt_tokens_details":null},"prompt_logprobs":null,"prompt_token_ids":null,"kv_transfer_params":null}`,
    reasoning: "Need weather.",
    text: "",
    calls: [["chatcmpl-tool-5a", "get_weather", '{"city":"Rome"}']],
    finishReason: "tool-calls",
    outputTokens: 31,
  },
  "worker-sglang, as text in a list": {
    model: "org/model",
    body: JSON.stringify([
      `{"id":"3c","object":"chat.completion","created":1768000000,"model":"org/model","choices":[{"index":0,"message":{"role":"assistant","content":"Hello there","reasoning_content":"Hm.","tool_calls":null},"logprobs":null,"finish_reason":"stop","matched_stop":151645}],"usage":{"prompt_tokens":12,"total_tokens":17,"completion_tokens":5,"prompt_tokens_details":null,"reasoning_tokens":0},"metadata":{"weight_version":"default"}}`,
    ]),
    reasoning: "Hm.",
    text: "Hello there",
    finishReason: "stop",
    outputTokens: 5,
  },
};

/** Errors by name: the HTTP status, the body, what the message has to say and whether to try again. */
export const ERRORS: Record<string, [status: number, body: string, says: string[], isRetryable: boolean]> = {
  "vLLM before 0.10, flat": [
    404,
    '{"object":"error","message":"The model `x` does not exist.","type":"NotFoundError","param":null,"code":404}',
    ["The model `x` does not exist.", "HTTP 404"],
    false,
  ],
  "vLLM before 0.10, flat with HTTP 200": [
    200,
    `{"object":"error","message":"This model's maximum context length is 32768 tokens. However, you requested 40000 tokens (39000 in the messages, 1000 in the completion). Please reduce the length of the messages or completion.","type":"BadRequestError","param":null,"code":400}`,
    ["maximum context length is 32768 tokens", "HTTP 200"],
    false,
  ],
  "vLLM today, nested": [
    400,
    '{"error":{"message":"`temperature` must be non-negative, got -1.0.","type":"BadRequestError","param":"temperature","code":400}}',
    ["must be non-negative, got -1.0."],
    false,
  ],
  "vLLM's request validation": [
    400,
    `{"object":"error","message":"[{'type': 'literal_error', 'loc': ('body', 'reasoning_effort'), 'msg': \\"Input should be 'low', 'medium' or 'high'\\", 'input': 'max'}]","type":"BadRequestError","param":null,"code":400}`,
    ["Input should be 'low', 'medium' or 'high'"],
    false,
  ],
  "vLLM whose engine died": [
    500,
    '{"error":{"message":"EngineCore encountered an issue. See stack trace (above) for the root cause.","type":"InternalServerError","param":null,"code":500}}',
    ["EngineCore encountered an issue"],
    true,
  ],
  "FastAPI's validation": [
    422,
    '{"detail":[{"type":"missing","loc":["body","messages"],"msg":"Field required","input":{}}]}',
    ["body.messages: Field required"],
    false,
  ],
  "SGLang": [
    400,
    '{"object":"error","message":"Input length (40000 tokens) exceeds the maximum allowed length (32762 tokens). Use a shorter input or enable --allow-auto-truncate.","type":"BadRequestError","param":null,"code":400}',
    ["exceeds the maximum allowed length"],
    false,
  ],
  "SGLang without a tool parser, through worker-sglang": [
    200,
    JSON.stringify(
      '{"object":"error","message":"Tools cannot be empty if tool choice is set to required.","type":"BadRequestError","param":null,"code":400}',
    ),
    ["Tools cannot be empty"],
    false,
  ],
  "worker-vllm 2.24, as a failed job": [
    500,
    `{"delayTime":31,"error":"{'message': 'vLLM returned HTTP 400: {\\"error\\":{\\"message\\":\\"\\\\\\\\\\"auto\\\\\\\\\\" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set\\",\\"type\\":\\"BadRequestError\\",\\"param\\":null,\\"code\\":400}}', 'type': 'worker_error', 'code': None}","executionTime":12,"id":"3f-u1","status":"FAILED","workerId":"w1"}`,
    ["tool choice requires", "set ENABLE_AUTO_TOOL_CHOICE=true and TOOL_CALL_PARSER="],
    false,
  ],
};
