/** Why a job gave no result: what workers say of a failure, and what came in the place of a result. */
import { RunpodJobError } from "@runpod/ai-sdk-provider";
import { describe, it } from "node:test";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { capture } from "./capture.ts";
import { filesOf, type MediaKind } from "./marked_files.ts";
import { IMAGE_CALL } from "./smallest_calls.ts";

/** The error of a job that failed in this way. */
async function failureOf(job: Record<string, unknown>): Promise<RunpodJobError> {
  const { runpod } = capture(() => Response.json({ id: "j", status: "FAILED", ...job }));
  return await assertRejects(async () => await runpod.image("mine").doGenerate(IMAGE_CALL), RunpodJobError);
}

const errorOf = (kind: MediaKind, output: unknown) =>
  assertRejects(async () => await filesOf(kind, output), RunpodJobError);

describe("the message of a failed job has the reason that is in its output", () => {
  const NODE = "Workflow execution error: Node Type: KSampler, Node ID: 3, Message: CUDA out of memory";
  const REASONS: Array<[name: string, job: Record<string, unknown>, message: string]> = [
    [
      "a list of details",
      { error: "Job processing failed", output: { details: [NODE] } },
      `Job processing failed: ${NODE}`,
    ],
    [
      "details as a text",
      { error: "Job processing failed", output: { details: NODE } },
      `Job processing failed: ${NODE}`,
    ],
    [
      "several details",
      { error: "Failed", output: { details: ["a.png: bad", "b.png: bad"] } },
      "Failed: a.png: bad; b.png: bad",
    ],
    [
      "errors of A1111",
      { error: "OutOfMemoryError", output: { detail: "", body: "", errors: "CUDA out of memory. Tried 2 GiB" } },
      "OutOfMemoryError: CUDA out of memory. Tried 2 GiB",
    ],
    ["detail", { error: "HTTPException", output: { detail: "no such model" } }, "HTTPException: no such model"],
    ["nothing new", { error: "bad voice", output: { error: "bad voice", details: null } }, "bad voice"],
    ["an output alone", { output: { details: ["x is required"] } }, "x is required"],
    [
      "the file of a node, without its folder",
      { error: "Failed", output: { details: ["cannot identify image file '/comfyui/input/a.png'\n"] } },
      "Failed: cannot identify image file 'a.png'",
    ],
  ];
  for (const [name, job, message] of REASONS) {
    it(name, async () => assertEquals((await failureOf(job)).message.split('job "j" failed: ')[1], message));
  }

  it("the last line of a traceback, and all of it beside the message", async () => {
    const traceback = 'Traceback (most recent call last):\n  File "/app/x.py", line 1\nValueError: no such voice';
    const error = await failureOf({ error: "Inference failed", output: { traceback } });
    assert(error.message.endsWith("failed: Inference failed: ValueError: no such voice"), error.message);
    assertEquals(error.workerError?.traceback, traceback);
  });

  it("nodes of ComfyUI with their class and what is wrong, without Python", async () => {
    const error = await failureOf({
      error: "Workflow validation failed:\n" +
        "• Node 4 (errors): [{'type': 'value_not_in_list', 'message': 'Value not in list', " +
        "'details': \"ckpt_name: 'x' not in []\", 'extra_info': {'input_config': [[], {}]}}]\n" +
        "• Node 4 (dependent_outputs): ['9']\n• Node 4 (class_type): CheckpointLoaderSimple\n" +
        "• Node 5 (errors): [{'type': 't', 'message': 'Required input is missing', 'details': 'width', 'extra_info': {}}, " +
        "{'type': 't', 'message': 'Required input is missing', 'details': 'height', 'extra_info': {}}]\n" +
        "• Node 5 (class_type): EmptyImage\n\nNo checkpoint models appear to be available.",
    });
    assertEquals(
      error.message.split("failed: ").slice(1).join("failed: "),
      "Workflow validation failed: node 4 (CheckpointLoaderSimple): Value not in list (ckpt_name: 'x' not in []); " +
        "node 5 (EmptyImage): Required input is missing (width), Required input is missing (height). " +
        "No checkpoint models appear to be available.",
    );
  });

  it("once, where the raw response says the same", async () => {
    const raw = '{"error": {"type": "prompt_no_outputs", "message": "Prompt has no outputs"}, "node_errors": {}}';
    const error = await failureOf({ error: `Prompt has no outputs. Raw response: ${raw}` });
    assert(error.message.endsWith('job "j" failed: Prompt has no outputs'), error.message);
  });
});

describe("a completed job that says it failed has failed", () => {
  const FAILED: Array<[name: string, kind: MediaKind, output: unknown, reason: string]> = [
    [
      "a result that begins with FAILED",
      "video",
      { result: "FAILED: CUDA out of memory" },
      "FAILED: CUDA out of memory",
    ],
    ["a text that does", "video", "FAILED: no frames", "FAILED: no frames"],
    ["a text that begins with Error", "image", ["Error: no such model"], "Error: no such model"],
    ["an exception", "image", { output: "ValueException: no" }, "ValueException: no"],
    ["a status", "speech", { status: "failed", message: "no such voice" }, "no such voice"],
    ["a flag", "image", { success: false, message: "NSFW content" }, "NSFW content"],
    ["an error with its details", "image", { error: "Job failed", details: ["node 3"] }, "Job failed: node 3"],
    ["errors of the parts of a list", "image", [{ error: "no such voice" }], "no such voice"],
  ];
  for (const [name, kind, output, reason] of FAILED) {
    it(name, async () => {
      const error = await errorOf(kind, output);
      assertEquals(error.kind, "failed");
      assert(error.message.endsWith(`completed with an error: ${reason}`), error.message);
    });
  }
});

describe("the message of a completed job without a result tells what came, and the ways out", () => {
  const CAME: Array<[name: string, kind: MediaKind, output: unknown, says: string[]]> = [
    ["messages of a validator", "image", ["prompt is required", "Unexpected input x"], ["prompt is required"]],
    ["a report of success", "image", { status: "accepted", message: "Generation task accepted" }, ["task accepted"]],
    ["a report without errors", "image", { status: "ok", message: "Completed without errors" }, ["without errors"]],
    ["no images of ComfyUI", "image", { status: "success_no_images", images: [] }, ["success_no_images", "no sound"]],
    ["a path on a volume", "video", { video_path: "/runpod-volume/infinitetalk_x.mp4" }, [
      "/runpod-volume/infinitetalk_x.mp4",
      "the worker's disk",
    ]],
    ["a path in a list", "image", { images: ["/workspace/out/a.png"] }, ["/workspace/out/a.png", "the worker's disk"]],
    ["a bucket and a key", "video", { delivery: "s3", bucket: "b", key: "a.mp4" }, ['"bucket":"b"', "signed URL"]],
    ["an address of a bucket", "video", { video: "s3://b/a.mp4" }, ["s3://b/a.mp4", "signed URL"]],
    ["an upload without a bucket", "image", { image_url: "simulated_uploaded/a.png" }, [
      "simulated_uploaded/a.png",
      "BUCKET_",
    ]],
    ["an upload without a bucket, in a list", "speech", ["simulated_uploaded/a.wav"], ["simulated_uploaded/a.wav"]],
    ["the empty list of a generator", "speech", [], ["return_aggregate_stream", "stream"]],
    ["nothing", "image", undefined, ["undefined"]],
    ["base64, by its length alone", "speech", { audio: "A".repeat(5000) }, ["<5000 characters of base64>"]],
    ["a URL without its signature", "image", { url: "https://a.b/c.zip?X-Amz-Signature=secret" }, [
      'https://a.b/c.zip"',
    ]],
  ];
  for (const [name, kind, output, says] of CAME) {
    it(name, async () => {
      const error = await errorOf(kind, output);
      assertEquals(error.kind, "no-output");
      for (const text of [...says, 'setting "output"', "error.job.output"]) assertStringIncludes(error.message, text);
      assert(error.message.length < 900, error.message);
      assert(!error.message.includes("secret"));
    });
  }
});
