import type { FeedJobDetails, FeedMessage } from "../local/feed_message.ts";

/** The service refused a request. The message is what it said. */
export class RefusedError extends Error {
  /** The HTTP status. */
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** What the page asks of the service. */
export interface Client {
  /** Submits a job and returns its id. */
  run(endpoint: string, input: unknown): Promise<string>;
  cancel(endpoint: string, job: string): Promise<void>;
  retry(endpoint: string, job: string): Promise<void>;
  /** Calls an OpenAI route and returns the text of its answer. */
  openai(endpoint: string, route: string, body: unknown): Promise<string>;
  details(job: string): Promise<FeedJobDetails>;
  /** Calls the function with each message of the feed until the feed ends. */
  follow(onMessage: (message: FeedMessage) => void): Promise<void>;
}

/** Creates a client of the server that the page came from. */
export function createClient(key: string): Client {
  async function request(path: string, body?: unknown): Promise<Response> {
    const response = await fetch(path, {
      method: body === undefined ? "GET" : "POST",
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (response.ok) return response;
    throw new RefusedError(response.status, messageOf(await response.text()) ?? `HTTP ${response.status}`);
  }
  const at = (endpoint: string) => `/v2/${encodeURIComponent(endpoint)}`;

  return {
    run: async (endpoint, input) => {
      const { id } = await (await request(`${at(endpoint)}/run`, { input })).json() as { id: string };
      return id;
    },
    cancel: async (endpoint, job) => void await request(`${at(endpoint)}/cancel/${job}`, {}),
    retry: async (endpoint, job) => void await request(`${at(endpoint)}/retry/${job}`, {}),
    openai: async (endpoint, route, body) => await (await request(`${at(endpoint)}/openai/v1/${route}`, body)).text(),
    details: async (job) => await (await request(`/local/jobs/${encodeURIComponent(job)}`)).json() as FeedJobDetails,
    follow: async (onMessage) => {
      const { body } = await request("/local/feed");
      const reader = body!.pipeThrough(new TextDecoderStream()).getReader();
      let rest = "";
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        const lines = (rest + value).split("\n");
        rest = lines.pop()!;
        for (const line of lines) onMessage(JSON.parse(line) as FeedMessage);
      }
    },
  };
}

/** Gets the key for the code of the printed link, which works once; undefined if it was used already. */
export async function openWith(code: string): Promise<string | undefined> {
  const response = await fetch("/local/open", { method: "POST", body: JSON.stringify({ code }) });
  return response.ok ? (await response.json() as { key: string }).key : undefined;
}

function messageOf(text: string): string | undefined {
  try {
    const { error } = JSON.parse(text) as { error?: unknown };
    if (typeof error === "string") return error;
    const message = (error as { message?: unknown } | undefined)?.message;
    return typeof message === "string" ? message : undefined;
  } catch {
    return undefined;
  }
}
