/**
 * Tells when a browser has read all bodies. It reads them outside of the event loop, so that no number of turns is
 * certain to be enough; here each read is counted.
 *
 * @module
 */

/** Rounds after the last read, for what follows from it. */
const CALM_ROUNDS = 5;
/** Rounds while a stream is read in pieces. Its next piece may be on its way, or wait for a timer. */
const STREAM_ROUNDS = 25;
/** A body that ends when a timer fires is not waited for. */
const MAX_ROUNDS = 200;

let reads = 0;
let streamReads = 0;

/** Counts reads of bodies from now on, and lets virtual time wait for them. */
export function countReads(): void {
  for (const { prototype } of [Request, Response, Blob]) {
    const methods = prototype as unknown as Record<
      string,
      () => Promise<unknown>
    >;
    for (
      const name of ["arrayBuffer", "blob", "bytes", "formData", "json", "text"]
    ) {
      const read = methods[name];
      if (read === undefined) continue;
      methods[name] = async function () {
        reads++;
        try {
          return await read.call(this);
        } finally {
          reads--;
        }
      };
    }
  }
  const stream = ReadableStreamDefaultReader.prototype;
  const readPiece = stream.read;
  stream.read = async function () {
    streamReads++;
    try {
      return await readPiece.call(this);
    } finally {
      streamReads--;
    }
  };
  Object.assign(globalThis, { untilQuiet });
}

const text = Response.prototype.text;

async function untilQuiet(): Promise<void> {
  let calm = 0;
  const isCalm = () => calm >= (streamReads > 0 ? STREAM_ROUNDS : CALM_ROUNDS);
  for (let round = 0; round < MAX_ROUNDS && !isCalm(); round++) {
    await text.call(new Response(" "));
    calm = reads > 0 ? 0 : calm + 1;
  }
}
