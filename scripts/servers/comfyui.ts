/**
 * ComfyUI behind Runpod's worker for it. Neither comes from a registry, so the caller names their folders.
 *
 * @module
 */
import { startLocalRunpod, WORKER_SDK } from "./local_runpod.ts";
import type { Server } from "./server.ts";

/** What ComfyUI's `requirements.txt` asks for, and what the worker does. */
const PACKAGES =
  ("torch==2.13.0 torchvision torchaudio torchsde numpy einops transformers tokenizers sentencepiece safetensors aiohttp " +
    "yarl pyyaml Pillow scipy tqdm psutil alembic SQLAlchemy av kornia spandrel pydantic pydantic-settings " +
    "comfyui-frontend-package==1.27.10 comfyui-workflow-templates==0.1.95 comfyui-embedded-docs==0.2.6 " +
    `websocket-client requests ${WORKER_SDK}`).split(" ");

/** ComfyUI behind Runpod's worker. */
export const WORKER_COMFYUI: Server = {
  server: "worker-comfyui",
  version: "5.8.5",
  title: "ComfyUI 0.3.64 behind worker-comfyui",
  abilities: ["queue", "comfyui"],
  basePath: "/v2",
  models: { comfyui: "comfyui" },
  emulated: { worker: "comfyui", checkpoints: [], nodes: ["EmptyAudio"] },
  sources: ["comfyui", "worker-comfyui"],
  start: async (place, key) => {
    const bin = await place.python("comfy", PACKAGES);
    const [comfyui, worker] = [place.sources("comfyui"), place.sources("worker-comfyui")];
    // File names count on from what is in the output folder.
    const folder = place.path("comfyui-files");
    await Deno.remove(folder, { recursive: true }).catch(() => {});
    for (const name of ["input", "output", "temp", "user"]) await Deno.mkdir(`${folder}/${name}`, { recursive: true });
    await Deno.copyFile(`${comfyui}/input/example.png`, `${folder}/input/example.png`);
    // The worker knows no other port.
    place.start("comfyui", `${bin}/python`, [
      `${comfyui}/main.py`,
      "--port=8188",
      "--cpu",
      "--disable-api-nodes",
      "--disable-all-custom-nodes",
      "--disable-metadata",
      "--disable-auto-launch",
      `--input-directory=${folder}/input`,
      `--output-directory=${folder}/output`,
      `--temp-directory=${folder}/temp`,
      `--user-directory=${folder}/user`,
      "--database-url=sqlite:///:memory:",
      // Missing inputs are told in the order of a set.
    ], { cwd: comfyui, env: { PYTHONHASHSEED: "0" } });
    await place.untilReady("http://127.0.0.1:8188/", 180);
    return await startLocalRunpod(place, key, { comfyui: `"${bin}/python" "${worker}/handler.py"` }, {
      env: { PYTHONPATH: `${worker}/src` },
    });
  },
};
