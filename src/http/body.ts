/**
 * The body of a response, read piece by piece up to a limit. Servers choose how long it is and how slowly it comes.
 *
 * @module
 */
import { untilAborted } from "./abort.ts";

/** A body that is being read. */
export interface Body {
  /** Reads the next piece. */
  read: () => Promise<{ done: boolean; value?: Uint8Array }>;
  /** Lets the connection go. */
  cancel: (reason?: unknown) => void;
}

/** Opens the body of a response. */
export function openBody(response: Response): Body {
  const reader = response.body?.getReader() ?? readAtOnce(response);
  return {
    read: () => reader.read() as ReturnType<Body["read"]>,
    // The connection may be broken already, and then there is nothing to cancel.
    cancel: (reason) => void reader.cancel(reason).catch(() => {}),
  };
}

/** Reads a body that is not a stream, as one piece. React Native's fetch has such bodies, and reads only text reliably. */
function readAtOnce(response: Response): Pick<ReadableStreamDefaultReader, "read" | "cancel"> {
  let done = false;
  return {
    async read() {
      if (done) return { done, value: undefined };
      done = true;
      const isText = /^$|text|json/.test(response.headers.get("content-type") ?? "");
      const value = isText
        ? new TextEncoder().encode(await response.text())
        : new Uint8Array(await response.arrayBuffer());
      return { done: false, value };
    },
    cancel: () => Promise.resolve(),
  };
}

/**
 * Gives the pieces of a body to `take`, until its end or until more than `maxBytes` have come. Returns whether it is whole.
 *
 * @throws the signal's reason, as soon as it aborts.
 */
export async function readUpTo(
  body: Body,
  maxBytes: number,
  signal: AbortSignal | undefined,
  take: (piece: Uint8Array) => void,
): Promise<boolean> {
  let left = maxBytes;
  let isOver = false;
  try {
    while (true) {
      const { done, value } = await untilAborted(body.read(), signal);
      isOver = done;
      if (isOver) return true;
      take(value!.length > left ? value!.subarray(0, left) : value!);
      left -= value!.length;
      if (left < 0) return false;
    }
  } finally {
    if (!isOver) body.cancel();
  }
}

/** Joins pieces. */
export function join(pieces: Uint8Array[]): Uint8Array {
  if (pieces.length === 1) return pieces[0];
  const bytes = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
