/**
 * Fields of a request that some servers refuse, and that it can do without.
 *
 * @module
 */
import { APICallError, type JSONObject } from "@ai-sdk/provider";
import type { CallContext } from "../input/context.ts";
import type { Queue } from "../job/queue.ts";
import type { RunpodProviderSettings } from "../settings.ts";

/** A field that a request can do without. */
export interface Dispensable {
  field: string;
  /** What the error of a server that refuses it says. */
  words: RegExp;
  /** The setting that is then not honoured, for a warning; absent where another field says the same. */
  feature?: string;
}

/** What servers have refused: by provider, the root, the model, the field and its value. */
const refused = new WeakMap<RunpodProviderSettings, Set<string>>();

/**
 * Asks a server, and once more without the field that it refuses. That is remembered, so that it happens once.
 *
 * @param ask Sends a body.
 */
export async function askWithout<T>(
  { settings, endpoint }: Queue,
  { warnings }: Pick<CallContext, "warnings">,
  { body, dispensable = [] }: { body: JSONObject; dispensable?: Dispensable[] },
  ask: (body: JSONObject) => Promise<T>,
): Promise<T> {
  const known = refused.get(settings) ?? new Set();
  refused.set(settings, known);
  const keyOf = ({ field }: Dispensable) => JSON.stringify([endpoint.openaiRoot, body.model, field, body[field]]);
  const leaveOut = (rows: Dispensable[]) => {
    for (const { feature, field } of rows) {
      const details = `the server refuses ${JSON.stringify(body[field])}, so it was asked without a level`;
      if (feature) warnings.push({ type: "compatibility", feature, details });
    }
    return Object.fromEntries(Object.entries(body).filter(([name]) => !rows.some(({ field }) => field === name)));
  };
  const left = dispensable.filter((row) => known.has(keyOf(row)));
  try {
    return await ask(left.length > 0 ? leaveOut(left) : body);
  } catch (error) {
    const row = APICallError.isInstance(error) &&
      dispensable.find((row) => !left.includes(row) && row.words.test(error.message));
    if (!row) throw error;
    known.add(keyOf(row));
    return await ask(leaveOut([...left, row]));
  }
}
