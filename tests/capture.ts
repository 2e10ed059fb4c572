/**
 * A provider whose requests the test itself answers: to see them, and to give answers that the emulator does not give.
 *
 * @module
 */
import { createRunpod, type RunpodProvider, type RunpodProviderSettings } from "@runpod/ai-sdk-provider";
import { bytesOf, MP4_BASE64 } from "./files.ts";

/** The key of the tests. It must never be in an error, a log or a stored model. */
export const KEY = "rpa_FAKE_TEST_KEY_000000";

/** A language model of the catalogue. */
export const MODEL = "qwen/qwen3-32b-awq";

/** A request that left the provider. */
export interface Sent {
  method: string;
  url: string;
  headers: Headers;
  redirect: string | undefined;
  // deno-lint-ignore no-explicit-any
  body: any;
}

/** What every download of a video gives in these tests. */
export const VIDEO: Uint8Array<ArrayBuffer> = bytesOf(atob(MP4_BASE64));

/**
 * Makes a provider whose requests `answer` answers, and the list of its requests. Downloads of videos are answered too,
 * and not listed.
 */
export function capture(
  answer: (request: Sent, index: number) => Response | Promise<Response>,
  settings: RunpodProviderSettings = {},
): { runpod: RunpodProvider; sent: Sent[] } {
  const sent: Sent[] = [];
  const runpod = createRunpod({
    apiKey: KEY,
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const isForm = request.headers.get("content-type")?.startsWith("multipart/form-data");
      const body = isForm ? await request.formData() : await request.text();
      const entry = {
        method: request.method,
        url: request.url,
        headers: request.headers,
        redirect: init?.redirect,
        body: typeof body === "string" ? (body === "" ? undefined : JSON.parse(body)) : body,
      };
      if (/\.(mp4|mov|webm|gif|mkv|m4v)\b|cdn\.example\.com\/a$/i.test(entry.url) && entry.method === "GET") {
        return new Response(VIDEO);
      }
      sent.push(entry);
      return await answer(entry, sent.length - 1);
    },
    ...settings,
  });
  return { runpod, sent };
}
