/**
 * Notices what a call leaves behind: response bodies that nobody reads, and rejections that nobody handles.
 *
 * @module
 */
import { assertEquals } from "@std/assert";

type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** The bodies of the responses of a `fetch`. */
export interface BodyWatch {
  fetch: Fetch;
  assertNoneLeft(): void;
}

/** Wraps a `fetch`, and asserts later that each body was read to its end or cancelled. */
export function watchBodies(fetch: Fetch): BodyWatch {
  const left = new Set<string>();
  let count = 0;
  return {
    fetch: async (input, init) => {
      const response = await fetch(input, init);
      if (response.body === null) return response;
      const name = `body ${++count}, with HTTP ${response.status}`;
      left.add(name);
      const { status, statusText, headers } = response;
      return new Response(onEnd(response.body, () => left.delete(name)), { status, statusText, headers });
    },
    assertNoneLeft: () => assertEquals([...left], [], "bodies were not read"),
  };
}

/** The same stream, which tells when it has ended in any way. */
function onEnd(stream: ReadableStream<Uint8Array>, ended: () => void): ReadableStream<Uint8Array> {
  const reader = stream.getReader();
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (!done) return controller.enqueue(value);
        ended();
        controller.close();
      } catch (error) {
        ended();
        controller.error(error);
      }
    },
    async cancel(reason) {
      ended();
      await reader.cancel(reason);
    },
    // Reads nothing before somebody asks for it.
  }, { highWaterMark: 0 });
}

/** The unhandled rejections while a test runs, on runtimes that report them. */
export interface RejectionWatch extends Disposable {
  assertNone(): void;
}

/** Collects unhandled rejections until it is disposed. */
export function watchRejections(): RejectionWatch {
  const reasons: unknown[] = [];
  const { process, addEventListener, removeEventListener } = globalThis as unknown as {
    process?: Record<"on" | "off", ((name: string, listener: (reason: unknown) => void) => void) | undefined>;
    addEventListener?: (name: string, listener: (event: Event) => void) => void;
    removeEventListener?: (name: string, listener: (event: Event) => void) => void;
  };
  const onEvent = (event: Event) => {
    event.preventDefault();
    reasons.push((event as Event & { reason?: unknown }).reason);
  };
  const onRejection = (reason: unknown) => void reasons.push(reason);
  addEventListener?.call(globalThis, "unhandledrejection", onEvent);
  process?.on?.call(process, "unhandledRejection", onRejection);
  return {
    assertNone: () => assertEquals(reasons.map(String), [], "rejections were not handled"),
    [Symbol.dispose]: () => {
      removeEventListener?.call(globalThis, "unhandledrejection", onEvent);
      process?.off?.call(process, "unhandledRejection", onRejection);
    },
  };
}
