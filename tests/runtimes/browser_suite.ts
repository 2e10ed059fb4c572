/**
 * Runs the tests in a page, or in a Web Worker that the page starts. Both tell the page's console, which the driver reads.
 *
 * @module
 */
import { runTests } from "./collector.ts";
import { countReads } from "./quiet.ts";

/** Runs the tests that were collected, here or in a worker. */
export async function runInBrowser(): Promise<void> {
  const isPage = "document" in globalThis;
  if (isPage && location.hash === "#worker") {
    const worker = new Worker(import.meta.url, { type: "module" });
    worker.onmessage = ({ data }) => console.log(data);
    worker.onerror = ({ message }) => console.log(failure(message ?? "The worker could not start"));
    return;
  }
  countReads();
  const tell = isPage ? console.log : postMessage;
  tell("LOADED");
  await runTests(tell);
  tell("DONE");
}

function failure(error: string): string {
  return `RESULT ${JSON.stringify({ name: "the worker", error })}`;
}
