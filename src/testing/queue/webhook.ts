import { sorted } from "../common/response.ts";
import type { Job } from "./job.ts";
import { endOf, envelope, isKept } from "./job_state.ts";
import { waitFor } from "./wait.ts";
import { isUrl } from "../common/url.ts";

/** The function that sends webhook requests. */
export type WebhookFetch = (url: string, init: RequestInit) => Promise<Response>;

/** How often a webhook is tried, and the milliseconds between two tries, as documented. */
const MAX_TRIES = 3;
const RETRY_MILLIS = 10_000;

/** Waits for a job's end and calls its webhook, if it has one. A webhook that fails does not change the job. */
export async function callWebhook(job: Job, fetch: WebhookFetch): Promise<void> {
  const { webhook } = job.request;
  if (typeof webhook !== "string" || !isUrl(webhook)) return;
  await waitFor(job, (now) => endOf(job, now) !== undefined, Infinity, new AbortController().signal);
  const now = Date.now();
  const end = endOf(job, now);
  // The time to live may have removed the job by then.
  if (end === undefined || !isKept(job, end.at)) return;
  if (end.status === "CANCELLED" && job.endpoint.behavior.cancelledWebhook !== "called") return;
  const body = JSON.stringify(sorted({ ...envelope(job, now), input: job.input, webhook }));
  for (let attempt = 1; attempt <= MAX_TRIES; attempt++) {
    if (attempt > 1) await new Promise((resolve) => setTimeout(resolve, RETRY_MILLIS));
    if (await isDelivered(webhook, body, fetch)) return;
  }
}

async function isDelivered(url: string, body: string, fetch: WebhookFetch): Promise<boolean> {
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
