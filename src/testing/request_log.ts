import type { EmulatedOperation, Route } from "./route.ts";

/** A request that the emulator has received. */
export interface EmulatedRequest {
  /** The HTTP method in capitals. */
  method: string;
  /** The whole URL. */
  url: string;
  /** The headers by their names in lower case. */
  headers: Record<string, string>;
  /** What it asks for. */
  operation: EmulatedOperation;
  /** The id of its endpoint; undefined on a plain model server. */
  endpoint?: string;
  /** The path after `/v1/` of an `openai` request, such as `chat/completions`. */
  route?: string;
  /** The id of its job. */
  jobId?: string;
  /** The id of the external worker that sent it. */
  workerId?: string;
  /** The body: parsed JSON, `FormData`, or text; undefined if there is none. */
  body?: unknown;
}

/** Describes a request for the log. */
export function logEntry(request: Request, route: Route, text: string, form: FormData | undefined): EmulatedRequest {
  const { host: _, file: __, path: ___, ...target } = route;
  return {
    method: request.method,
    url: request.url,
    headers: Object.fromEntries(request.headers),
    ...target,
    body: form ?? (text === "" ? undefined : jsonOrText(text)),
  };
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
