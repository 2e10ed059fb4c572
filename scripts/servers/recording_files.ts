/**
 * The files of recordings, and the module that gives them to the tests.
 *
 * @module
 */
import type { RecordedCase, Recording } from "../../tests/conformance/recording.ts";
import { exists, root } from "../files.ts";
import type { Server } from "./server.ts";

const recorded = new URL("tests/data/recorded/", root);

const folderOf = ({ server, version }: Pick<Recording, "server" | "version">) => `${server}-${version}`;
const fileOf = (server: Server) => new URL(`${folderOf(server)}/recording.json`, recorded);

/** The recording of this version of a server, if there is one. */
export async function readRecording(server: Server): Promise<Recording | undefined> {
  return await exists(fileOf(server)) ? JSON.parse(await Deno.readTextFile(fileOf(server))) : undefined;
}

/** Writes the recording of a server, in place of those of its other versions, and the module that imports all. */
export async function writeRecording(server: Server, cases: Record<string, RecordedCase>): Promise<void> {
  const { server: name, version, title, abilities, basePath, transport, models, emulated } = server;
  await Deno.mkdir(new URL(".", fileOf(server)), { recursive: true });
  const head = { server: name, version, title, abilities, basePath, transport, models, emulated };
  // A line for each exchange: short files, whose changes can still be read.
  const lines = Object.entries(cases).map(([name, { exchanges, ...rest }]) => {
    const list = exchanges?.map((exchange) => `\n    ${JSON.stringify(exchange)}`).join();
    const written = JSON.stringify(rest).slice(0, -1) + (list === undefined ? "}" : `, "exchanges": [${list}\n  ]}`);
    return `\n  ${JSON.stringify(name)}: ${written}`;
  });
  const text = `${JSON.stringify(head).slice(0, -1)}, "cases": {${lines}\n}}\n`;
  await Deno.writeTextFile(fileOf(server), text);

  for (const { name: folder } of [...Deno.readDirSync(recorded)]) {
    const isOther = folder !== folderOf(server) && folder.replace(/-[^-]*$/, "") === name;
    if (isOther) await Deno.remove(new URL(folder, recorded), { recursive: true });
  }
  await writeModule();
}

/** Writes the module that imports all recordings: a Worker is one bundle, and finds no files. */
export async function writeModule(): Promise<void> {
  const folders = [...Deno.readDirSync(recorded)].filter(({ isDirectory }) => isDirectory).map(({ name }) => name)
    .sort();
  const names = folders.map((folder) => folder.replace(/[^A-Za-z0-9]+(.)/g, (_, next) => next.toUpperCase()));
  const text = `/**
 * All recordings. Written by \`deno task servers\`.
 *
 * @module
 */
import type { Recording } from "../../conformance/recording.ts";
${
    folders.map((folder, index) => `import ${names[index]} from "./${folder}/recording.json" with { type: "json" };`)
      .join("\n")
  }

/** All recordings. */
export const RECORDINGS = [
${names.map((name) => `  ${name},`).join("\n")}
] as unknown as Recording[];
`;
  await Deno.writeTextFile(new URL("all.ts", recorded), text);
}
