import { decodeBase64 } from "../common/base64.ts";
import { isRecord, parseJson } from "../common/json.ts";
import { plainJson } from "../common/response.ts";
import { type FormFile, serveAudio } from "../workers/audio/audio_server.ts";
import type { RouteKind } from "./route_kind.ts";

/** Whether the requests or answers of a route are files. */
export function isAudioRoute(route: string | undefined): boolean {
  return route !== undefined && route.startsWith("audio/");
}

/** Routes whose requests or answers are files. */
export const audioRoute: RouteKind = {
  async inputOf({ route, method, text, form }) {
    const body = form === undefined ? parseJson(text) ?? null : await fieldsOf(form);
    return { openai_route: route.path, method, openai_input: body };
  },
  responseOf(output, headers) {
    if (isRecord(output) && typeof output.audio === "string") {
      const contentType = String(output.media_type);
      return new Response(decodeBase64(output.audio), { headers: { "content-type": contentType, ...headers } });
    }
    if (typeof output === "string") {
      return new Response(output, { headers: { "content-type": "text/plain; charset=utf-8", ...headers } });
    }
    return plainJson(200, output, headers);
  },
  refusalOf({ endpoint, input }, now) {
    const reply = serveAudio(endpoint.config, input, now);
    return reply.status < 400 ? undefined : reply;
  },
};

/** The fields of a form. A name that occurs twice has a list. */
async function fieldsOf(form: FormData): Promise<Record<string, unknown>> {
  const fields: Record<string, unknown> = {};
  for (const name of new Set(form.keys())) {
    const values = await Promise.all(form.getAll(name).map(fieldValue));
    fields[name] = values.length > 1 ? values : values[0];
  }
  return fields;
}

async function fieldValue(value: File | string): Promise<FormFile | string> {
  if (typeof value === "string") return value;
  return { filename: value.name, media_type: value.type, bytes: new Uint8Array(await value.arrayBuffer()) };
}
