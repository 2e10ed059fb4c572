/**
 * Files in and out: bytes to base64 and back.
 *
 * @module
 */
import { toBase64, toBytes } from "../src/file.ts";
import { type Candidates, compare, round, someBytes, type Table, tell } from "./harness.ts";

const SIZES = [1, 10, 20];

interface Native {
  Buffer?: { from(data: unknown, encoding?: string): Uint8Array & { toString(encoding: string): string } };
  Uint8Array: { fromBase64?: (text: string) => Uint8Array };
}
const { Buffer, Uint8Array: { fromBase64 } } = globalThis as unknown as Native;
const toNative = (bytes: Uint8Array) => (bytes as { toBase64?: () => string }).toBase64;

/** What the package that we follow on does. */
function byteLoop(bytes: Uint8Array): string {
  let binary = "";
  for (let i = 0; i < bytes.length; i++) binary += String.fromCharCode(bytes[i]);
  return btoa(binary);
}

/** What provider-utils does where it decodes. */
function byteMap(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (byte) => byte.codePointAt(0)!);
}

function atobLoop(text: string): Uint8Array {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

const OURS = "ours";
const BUFFER = "Buffer";
/** The rows that are to reach nothing, but show what Buffer and a naive loop take. */
const ASIDE = [OURS, BUFFER];

function encoders(bytes: Uint8Array<ArrayBuffer>): Candidates {
  return {
    [OURS]: () => toBase64(bytes),
    "native": toNative(bytes) && (() => toNative(bytes)!.call(bytes)),
    [BUFFER]: Buffer && (() => Buffer.from(bytes.buffer).toString("base64")),
    "byte loop": () => byteLoop(bytes),
    "btoa by parts": () => {
      let text = "";
      for (let at = 0; at < bytes.length; at += 24_576) {
        text += btoa(String.fromCharCode(...bytes.subarray(at, at + 24_576)));
      }
      return text;
    },
  } as Candidates;
}

function decoders(text: string): Candidates {
  return {
    [OURS]: () => toBytes(text),
    "native": fromBase64 && (() => fromBase64.call(Uint8Array, text)),
    [BUFFER]: Buffer && (() => Buffer.from(text, "base64")),
    "byte loop": () => byteMap(text),
    "atob and a loop": () => atobLoop(text),
  } as Candidates;
}

async function measure(what: string, candidatesOf: (megabytes: number) => Candidates): Promise<Table> {
  const table: Table = { title: `${what}, CPU milliseconds`, columns: ["MB"], rows: [], marks: [] };
  for (const megabytes of SIZES) {
    const all = candidatesOf(megabytes);
    const calls = Math.ceil(10 / megabytes);
    const candidates = Object.fromEntries(
      Object.entries(all).filter(([, run]) => run !== undefined).map(([name, run]) => [name, () => {
        for (let i = 0; i < calls; i++) run();
      }]),
    );
    const times = await compare(candidates, { rounds: 3, warmups: 1 });
    const best = Math.min(...Object.entries(times).flatMap(([name, time]) => ASIDE.includes(name) ? [] : [time]));
    const ratio = round(times[OURS] / best);
    table.columns = ["MB", ...Object.keys(all), "to the best without Buffer"];
    table.rows.push([
      `${megabytes}`,
      ...Object.keys(all).map((name) => name in times ? round(times[name] / calls) : "none"),
      ratio,
    ]);
    table.marks.push({ what: `${what} of ${megabytes} MB: to the best without Buffer`, value: ratio, atMost: 1.2 });
  }
  return table;
}

const bytesOf = (megabytes: number) => someBytes(megabytes * 1024 * 1024);
tell([
  await measure("Bytes to base64", (megabytes) => encoders(bytesOf(megabytes))),
  await measure("Base64 to bytes", (megabytes) => decoders(toBase64(bytesOf(megabytes)))),
]);
