/**
 * Runpod's worker for faster-whisper, with a Whisper that is made here in the place of OpenAI's.
 *
 * @module
 */
import { startLocalRunpod, WORKER_SDK } from "./local_runpod.ts";
import type { Server } from "./server.ts";

/** Runpod's worker for faster-whisper. */
export const WORKER_FASTER_WHISPER: Server = {
  server: "worker-faster_whisper",
  version: "1.0.10",
  title: "faster-whisper 1.2.1 behind worker-faster_whisper",
  abilities: ["queue", "whisper worker"],
  basePath: "/v2",
  models: { "whisper worker": "whisper" },
  emulated: { worker: "transcription" },
  sources: ["worker-faster_whisper"],
  start: async (place, key) => {
    const bin = await place.python("whisper", [
      "faster-whisper==1.2.1",
      "torch==2.13.0",
      "transformers<5",
      "numpy<2.3",
      WORKER_SDK,
    ]);
    const model = await place.model(bin, "whisper");
    // faster-whisper takes a folder before it asks a hub for a model of that name, so the worker runs beside "base".
    const folder = place.path("whisper-models");
    await Deno.remove(folder, { recursive: true }).catch(() => {});
    await Deno.mkdir(folder, { recursive: true });
    for (const name of ["base", "tiny"]) await Deno.symlink(`${model}/ct2`, `${folder}/${name}`);
    return await startLocalRunpod(place, key, {
      whisper: `"${bin}/python" "${place.sources("worker-faster_whisper")}/src/rp_handler.py"`,
    }, { cwd: folder });
  },
};
