import { endOf, envelope, isKept, type Job, waitFor } from "./job.ts";
import { sorted } from "./response.ts";

/** How a webhook is called. */
export type WebhookFetch = (url: string, init: RequestInit) => Promise<Response>;

/** Tries, and the time between two of them. */
const tries = 3;
const pauseMillis = 10_000;

/** Tells a job's webhook of its end, if it has one. Nobody waits for this, and nothing comes of its failure. */
export async function callWebhook(job: Job, fetch: WebhookFetch): Promise<void> {
  const { webhook } = job.request;
  if (typeof webhook !== "string" || !URL.canParse(webhook)) return;
  await waitFor(job, (now) => endOf(job, now) !== undefined, Infinity, new AbortController().signal);
  const now = Date.now();
  const end = endOf(job, now);
  // Nothing is left to tell of a job that its time to live has removed.
  if (end === undefined || !isKept(job, end.at)) return;
  if (end.status === "CANCELLED" && job.endpoint.behavior.cancelledWebhook !== "called") return;
  const body = JSON.stringify(sorted({ ...envelope(job, now), input: job.input, webhook }));
  for (let left = tries; left > 0; left--) {
    if (left < tries) await new Promise((resolve) => setTimeout(resolve, pauseMillis));
    if (await isTaken(webhook, body, fetch)) return;
  }
}

async function isTaken(url: string, body: string, fetch: WebhookFetch): Promise<boolean> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", "user-agent": "Go-http-client/2.0" },
      body,
    });
    await response.body?.cancel();
    return response.status === 200;
  } catch {
    return false;
  }
}
