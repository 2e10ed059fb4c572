import type { Changes, Feed } from "./feed.ts";
import type { OpeningCode } from "./key.ts";
import { PAGE_CSS, PAGE_HTML, PAGE_ICON, PAGE_JS } from "./page_files.ts";

/** What the page's routes work with. */
export interface PageOptions {
  feed: Feed;
  key: string;
  opening: OpeningCode;
}

/** The page loads only its own files, runs no inline code, and is shown in no frame. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data: blob:",
  "media-src 'self' data: blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join("; ");

const PAGE_FILES: Record<string, [mediaType: string, content: string]> = {
  "/": ["text/html; charset=utf-8", PAGE_HTML],
  "/page.css": ["text/css; charset=utf-8", PAGE_CSS],
  "/page.js": ["text/javascript; charset=utf-8", PAGE_JS],
  "/favicon.ico": ["image/svg+xml", PAGE_ICON],
};

/** The time between two messages of the feed, in milliseconds. */
const FEED_MILLIS = 100;
/** A message is sent at least so often, so that the page sees when the command is gone. */
const HEARTBEAT_MILLIS = 10_000;

/** Whether a path is one of the page's files, which need no key: they tell nothing. */
export function isPageFile(path: string): boolean {
  return Object.hasOwn(PAGE_FILES, path);
}

/** Answers the page's own routes; undefined for other paths. */
export async function answerPage(request: Request, path: string, options: PageOptions): Promise<Response | undefined> {
  if (isPageFile(path)) return pageFile(request, path);
  if (path === "/local/open") return await open(request, options);
  if (path === "/local/feed") return follow(options.feed, request.signal);
  const job = /^\/local\/jobs\/([^/]+)$/.exec(path)?.[1];
  if (job === undefined) return undefined;
  const details = options.feed.details(decodeURIComponent(job));
  return details === undefined ? Response.json({ error: "job not found" }, { status: 404 }) : Response.json(details);
}

function pageFile({ method }: Request, path: string): Response {
  if (method !== "GET" && method !== "HEAD") return Response.json({ error: "method not allowed" }, { status: 405 });
  const [mediaType, content] = PAGE_FILES[path];
  return new Response(method === "HEAD" ? null : content, {
    headers: {
      "content-type": mediaType,
      "content-security-policy": PAGE_POLICY,
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin",
    },
  });
}

/** Gives the key for the code in the printed link, once. */
async function open(request: Request, { key, opening }: PageOptions): Promise<Response> {
  // Only the page itself sends JSON from its own origin.
  if (request.method !== "POST" || request.headers.get("origin") === null) {
    return Response.json({ error: "method not allowed" }, { status: 405 });
  }
  const { code } = await request.json().catch(() => ({})) as { code?: unknown };
  return typeof code === "string" && opening.use(code)
    ? Response.json({ key })
    : Response.json({ error: "the link was used already" }, { status: 403 });
}

/** Sends everything, and then what changes, as one JSON text a line. */
function follow(feed: Feed, signal: AbortSignal): Response {
  const encoder = new TextEncoder();
  let stop = () => {};
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const send = (message: unknown) => controller.enqueue(encoder.encode(`${JSON.stringify(message)}\n`));
      const nothing = (): Changes => ({ jobs: new Set(), lines: [], hasWorkers: false });
      let pending = nothing();
      let timer: ReturnType<typeof setTimeout> | undefined;
      const flush = () => {
        timer = undefined;
        // A reader that cannot keep up gets more at once later.
        if ((controller.desiredSize ?? 0) < -100) return;
        send(feed.part(pending));
        pending = nothing();
      };
      const unsubscribe = feed.subscribe((changes) => {
        for (const id of changes.jobs) pending.jobs.add(id);
        pending.lines.push(...changes.lines);
        pending.hasWorkers ||= changes.hasWorkers;
        timer ??= setTimeout(flush, FEED_MILLIS);
      });
      const heartbeat = setInterval(() => timer ??= setTimeout(flush, 0), HEARTBEAT_MILLIS);
      stop = () => {
        unsubscribe();
        clearTimeout(timer);
        clearInterval(heartbeat);
      };
      signal.addEventListener("abort", () => stop(), { once: true });
      send(feed.whole());
    },
    cancel: () => stop(),
  });
  return new Response(body, { headers: { "content-type": "application/x-ndjson; charset=utf-8" } });
}
