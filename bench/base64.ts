/**
 * CPU time of bytes to base64 and back.
 *
 * @module
 */
import { toBase64, toBytes } from "../src/files/base64.ts";
import { type Candidates, compare, report, round, someBytes, type Table } from "./harness.ts";

const SIZES = [1, 10, 20];

interface Native {
  Buffer?: { from(data: unknown, encoding?: string): Uint8Array & { toString(encoding: string): string } };
  Uint8Array: { fromBase64?: (text: string) => Uint8Array };
}
const { Buffer, Uint8Array: { fromBase64 } } = globalThis as unknown as Native;
const toNative = (bytes: Uint8Array) => (bytes as { toBase64?: () => string }).toBase64;

/** How the incumbent encodes. */
function byteLoop(bytes: Uint8Array): string {
  let binary = "";
  for (let i = 0; i < bytes.length; i++) binary += String.fromCharCode(bytes[i]);
  return btoa(binary);
}

/** How `@ai-sdk/provider-utils` decodes. */
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
/** Not among the candidates that ours is compared with. */
const NOT_COMPARED = [OURS, BUFFER];

/** Ways to do the same. The slow ones are measured apart, because their garbage would disturb the fast ones. */
interface Ways {
  fast: Record<string, (() => unknown) | undefined>;
  slow: Candidates;
}

function encoders(bytes: Uint8Array<ArrayBuffer>): Ways {
  return {
    fast: {
      [OURS]: () => toBase64(bytes),
      "native": toNative(bytes) && (() => toNative(bytes)!.call(bytes)),
      [BUFFER]: Buffer && (() => Buffer.from(bytes.buffer).toString("base64")),
    },
    slow: {
      "byte loop": () => byteLoop(bytes),
      "btoa by parts": () => {
        let text = "";
        for (let at = 0; at < bytes.length; at += 24_576) {
          text += btoa(String.fromCharCode(...bytes.subarray(at, at + 24_576)));
        }
        return text;
      },
    },
  };
}

function decoders(text: string): Ways {
  // The fastest way without a native call.
  const loop = { "atob and a loop": () => atobLoop(text) };
  return {
    fast: {
      [OURS]: () => toBytes(text),
      "native": fromBase64 && (() => fromBase64.call(Uint8Array, text)),
      [BUFFER]: Buffer && (() => Buffer.from(text, "base64")),
      ...(!fromBase64 && loop),
    },
    slow: { "byte loop": () => byteMap(text), ...(fromBase64 && loop) },
  };
}

async function measure(what: string, waysOf: (megabytes: number) => Ways): Promise<Table> {
  const table: Table = { title: `${what}, CPU milliseconds`, columns: ["MB"], rows: [], targets: [] };
  for (const megabytes of SIZES) {
    const { fast, slow } = waysOf(megabytes);
    // Many calls for each figure, because most calls take less time than a garbage collection.
    const calls = Math.ceil(100 / megabytes);
    const available = Object.entries(fast).filter(([, run]) => run !== undefined) as Array<[string, () => unknown]>;
    const times = await compare(
      Object.fromEntries(available.map(([name, run]) => [name, () => {
        for (let i = 0; i < calls; i++) run();
      }])),
      { rounds: 15 },
    );
    for (const name of Object.keys(times)) times[name] /= calls;
    Object.assign(times, await compare(slow, { rounds: 3, warmups: 1 }));
    const best = Math.min(
      ...Object.entries(times).flatMap(([name, time]) => NOT_COMPARED.includes(name) ? [] : [time]),
    );
    const ratio = round(times[OURS] / best);
    const names = [...Object.keys(fast), ...Object.keys(slow)];
    table.columns = ["MB", ...names, "to the best without Buffer"];
    table.rows.push([`${megabytes}`, ...names.map((name) => name in times ? round(times[name]) : "none"), ratio]);
    table.targets.push({ what: `${what} of ${megabytes} MB: to the best without Buffer`, value: ratio, atMost: 1.2 });
  }
  return table;
}

const bytesOf = (megabytes: number) => someBytes(megabytes * 1024 * 1024);
report([
  await measure("Bytes to base64", (megabytes) => encoders(bytesOf(megabytes))),
  await measure("Base64 to bytes", (megabytes) => decoders(toBase64(bytesOf(megabytes)))),
]);
