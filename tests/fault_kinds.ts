/**
 * The faults of the fault matrix: what may come back in place of an answer.
 *
 * @module
 */
import { brokenBody } from "./answers.ts";
import { failure, htmlPage, networkFailure, rateLimited, truncatedJson } from "./faults.ts";
import { settled } from "./virtual_time.ts";

/** What a fault says about the request that it answers. */
export type Meaning =
  /** The request never reached the service. */
  | "not sent"
  /** The service refused the request. */
  | "rate limited"
  /** Nobody knows whether the service did what it was asked to. */
  | "in doubt"
  /** The answer is right, and late. */
  | "late";

interface Fault {
  meaning: Meaning;
  /** Answers a request. `next` is the answer of the service. */
  answer(next: () => Promise<Response>): Response | Promise<Response>;
}

/** The faults by their names. */
export const FAULTS: Record<string, Fault> = {
  "connection refused": { meaning: "not sent", answer: () => networkFailure("ECONNREFUSED") },
  "connection reset": { meaning: "in doubt", answer: () => networkFailure("ECONNRESET") },
  "HTTP 408": { meaning: "in doubt", answer: () => failure(408, "request timeout") },
  "HTTP 429": { meaning: "rate limited", answer: () => rateLimited() },
  "HTTP 429 with Retry-After": { meaning: "rate limited", answer: () => rateLimited(12) },
  "HTTP 500": { meaning: "in doubt", answer: () => failure(500, "internal server error") },
  "502 HTML": { meaning: "in doubt", answer: () => htmlPage(502, "Bad gateway") },
  "HTTP 503": { meaning: "in doubt", answer: () => failure(503, "service unavailable") },
  "524 HTML": { meaning: "in doubt", answer: () => htmlPage(524, "A timeout occurred") },
  "a truncated JSON body": { meaning: "in doubt", answer: truncatedJson },
  "HTML with HTTP 200": { meaning: "in doubt", answer: () => htmlPage(200, "Just a moment...") },
  "an empty body with HTTP 200": { meaning: "in doubt", answer: () => new Response("") },
  "a body that breaks off": {
    meaning: "in doubt",
    answer: () => new Response(brokenBody('{"id":"sync-1-u1",'), { headers: { "content-type": "application/json" } }),
  },
  "an answer 30 s late": { meaning: "late", answer: (next) => settled(30_000).then(next) },
};
