/** In a random output with one right file, decoys of every kind and metadata, the right file is found, or nothing. */
import { RunpodJobError } from "@runpod/ai-sdk-provider";
import fc from "fast-check";
import { describe, it } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { file, filesOf, type Format, type MediaKind } from "./marked_files.ts";

type Tree = { [key: string]: unknown };
/** A value, and the keys on the way to it. */
type Item = [path: string[], value: unknown];

const RIGHT = 77;
const HOST = "https://files.example.com";

const FORMATS: Record<MediaKind, Format[]> = {
  image: ["png", "jpeg", "webp"],
  video: ["mp4", "webm"],
  speech: ["mp3", "flac", "m4a"],
};
const KEYS: Record<MediaKind, string[]> = {
  image: ["image", "image_url", "images", "outputImage", "pic_image"],
  video: ["video", "video_url", "videos", "outputVideo", "film"],
  speech: ["audio", "audio_url", "speech", "audioContent", "song"],
};
const USUAL = ["url", "result", "data", "output", "file", "message"];
const UNKNOWN = ["x", "thing", "it", "zzz"];
const AROUND = ["output", "result", "data", "response", "job", "a", "items"];

const around = fc.array(fc.constantFrom(...AROUND), { maxLength: 3 });
const key = (keys: string[]) => fc.constantFrom(...keys);
const under = (leaf: fc.Arbitrary<string[]>, value: fc.Arbitrary<unknown>): fc.Arbitrary<Item> =>
  fc.tuple(around, leaf, value).map(([path, leaf, value]) => [[...path, ...leaf], value]);

/** A file of a kind, inline or by a URL whose ending tells it. */
const fileOf = (kind: MediaKind, number: number): fc.Arbitrary<string> =>
  fc.constantFrom(...FORMATS[kind]).chain((format) =>
    fc.constantFrom(
      file(format, number),
      `data:${kind === "speech" ? "audio" : kind}/${format};base64,${file(format, number)}`,
      `${HOST}/${number}.${format}`,
    )
  );

const rightFile = (kind: MediaKind): fc.Arbitrary<Item> =>
  fc.oneof(
    under(key([...KEYS[kind], ...USUAL, ...UNKNOWN]).map((key) => [key]), fileOf(kind, RIGHT)),
    // Without an ending only the key tells.
    under(key(KEYS[kind]).map((key) => [key]), fc.constant(`${HOST}/${RIGHT}`)),
  );

const otherFile = (kind: MediaKind): fc.Arbitrary<Item> => {
  const others = (["image", "video", "speech"] as const).filter((other) => other !== kind);
  return fc.constantFrom(...others).chain((other) => {
    const keys = [...KEYS[other], ...USUAL, ...UNKNOWN, "preview", "cover"];
    return fc.oneof(
      under(key(keys).map((key) => [key]), fileOf(other, 1)),
      under(key(KEYS[other]).map((key) => [key]), fc.constant(`${HOST}/1`)),
    );
  });
};

const preview = (kind: MediaKind): fc.Arbitrary<Item> => {
  const paths = [["preview"], ["thumbnail_url"], ["input", KEYS[kind][0]], ["mask"], ["metadata", "url"], [
    "params",
    "x",
  ]];
  return under(fc.constantFrom(...paths, [`input_${KEYS[kind][0]}`], ["previews", KEYS[kind][1]]), fileOf(kind, 2));
};

const metadata: fc.Arbitrary<Item> = fc.oneof(
  under(key(["seed", "id", "status", "prompt", "message", "worker"]).map((key) => [key]), fc.jsonValue()),
  under(
    fc.constantFrom(["docs_url"], ["webhook"], ["status_url"], ["license"], ["x"]),
    fc.constant("https://example.com/a"),
  ),
  under(
    fc.constantFrom(["sha256"], ["id"], ["token"]),
    fc.constantFrom(
      "550e8400-e29b-41d4-a716-446655440000",
      "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f0",
    ),
  ),
);

/** Puts a value into a tree; where there is one already, under the same key with a number. */
function put(tree: Tree, [first, ...rest]: string[], value: unknown): void {
  let name = first;
  while (rest.length === 0 ? Object.hasOwn(tree, name) : Object.hasOwn(tree, name) && !isTree(tree[name])) name += "2";
  if (rest.length === 0) tree[name] = value;
  else put((tree[name] ??= {}) as Tree, rest, value);
}

function isTree(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Writes some parts of a tree as lists of one, and as JSON text. */
function wrap(value: unknown, dice: Iterator<number>): unknown {
  if (!isTree(value)) return value;
  const tree = Object.fromEntries(Object.entries(value as Tree).map(([key, item]) => [key, wrap(item, dice)]));
  const roll = dice.next().value;
  return roll === 0 ? [tree] : roll === 1 ? JSON.stringify(tree) : tree;
}

const outputOf = (kind: MediaKind): fc.Arbitrary<unknown> => {
  const decoys = fc.array(fc.oneof(otherFile(kind), preview(kind), metadata), { maxLength: 8 });
  return fc.tuple(rightFile(kind), decoys, fc.infiniteStream(fc.nat(5)), fc.nat()).map(([right, decoys, dice, at]) => {
    const items = decoys.toSpliced(at % (decoys.length + 1), 0, right);
    const tree: Tree = {};
    for (const [path, value] of items) put(tree, path, value);
    return wrap(tree, dice);
  });
};

describe("of a random output with one right file", () => {
  for (const kind of ["image", "video", "speech"] as const) {
    it(`the right file is the result: ${kind}`, async () => {
      await fc.assert(
        fc.asyncProperty(outputOf(kind), async (output) => {
          const asked: string[] = [];
          const answer = (url: string) => {
            asked.push(url);
            return new Response(Uint8Array.of(0xff, 0xfb, RIGHT), { headers: { "content-type": "audio/x" } });
          };
          try {
            const { files } = await filesOf(kind, output, {}, answer);
            assertEquals(files.length, 1);
            const [found] = asked.length > 0 ? asked : files;
            const isRight = found.startsWith(HOST) ? found.includes(`/${RIGHT}`) : atob(found).charCodeAt(59) === RIGHT;
            assert(isRight, found);
            assertEquals(asked.length <= 1, true);
          } catch (error) {
            assert(RunpodJobError.isInstance(error), String(error));
            throw new Error(`nothing was found: ${error.message}`);
          }
        }),
        { numRuns: 500 },
      );
    });
  }
});
