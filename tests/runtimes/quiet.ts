/**
 * Tells when a browser has read all bodies. It reads them outside of the event loop, so that no number of turns is
 * certain to be enough; here each read is counted.
 *
 * @module
 */

/** Rounds after the last read, for what follows from it. Streams that are read in pieces are not counted. */
const CALM_ROUNDS = 5;
/** A body that ends when a timer fires is not waited for. */
const MAX_ROUNDS = 200;

let reads = 0;

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
  Object.assign(globalThis, { untilQuiet });
}

const text = Response.prototype.text;

async function untilQuiet(): Promise<void> {
  let calm = 0;
  for (let round = 0; round < MAX_ROUNDS && calm < CALM_ROUNDS; round++) {
    await text.call(new Response(" "));
    calm = reads > 0 ? 0 : calm + 1;
  }
}
