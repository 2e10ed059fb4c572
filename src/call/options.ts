/**
 * Splits `providerOptions.runpod`: camelCase options of this provider, which are checked, and the worker's own.
 *
 * @module
 */
import type { JSONObject, SharedV4ProviderOptions } from "@ai-sdk/provider";
import * as z from "zod/v4-mini";
import { badOption, isNot } from "../input/context.ts";
import { type RunpodWaitOptions, submissionOptions, waitOptions } from "../job/options.ts";
import type { Submission } from "../job/submission.ts";
import { once } from "../once.ts";

/** The options about the job of a call, which every modality has. */
export interface JobOptions {
  /** A job to continue, instead of submitting one. */
  jobId: string | undefined;
  /** What a submission has beside its input. */
  submission: Pick<Submission, "webhook" | "policy">;
  wait: RunpodWaitOptions;
}

/** The options of a call, sorted by whom they are for. */
export interface SortedOptions<Ours> {
  job: JobOptions;
  /** Options of the modality, checked. */
  ours: Ours;
  /** Every other option, for the worker or the server. */
  worker: JSONObject;
}

/** A schema of options; its messages complete the sentence "VALUE is not …", those of `z.never` are whole sentences. */
export type OptionsSchema = z.ZodMiniObject<z.core.$ZodShape>;

/** The schema of a modality's options: those about its job, and its own. */
export function callOptions(own: z.core.$ZodShape = {}): OptionsSchema {
  return z.object({ ...waitShape(), ...submissionShape(), ...own });
}

const waitShape = once(waitOptions);
const submissionShape = once(submissionOptions);

/**
 * Sorts and checks `providerOptions.runpod`.
 *
 * @param alsoUnder Another key whose options count too.
 * @throws {InvalidArgumentError} that names the option, its value and what is allowed.
 */
export function sortOptions<Ours>(
  providerOptions: SharedV4ProviderOptions | undefined,
  schema: OptionsSchema,
  alsoUnder: string = "runpod",
): SortedOptions<Ours> {
  const own: unknown = providerOptions?.runpod ?? {};
  if (typeof own !== "object" || own === null || Array.isArray(own)) throw badOption("", isNot(own, "an object"));
  const given = { ...providerOptions?.[alsoUnder], ...own };

  const isOwn = (key: string) => Object.hasOwn(schema.shape, key);
  const [checked, worker] = partition(given, isOwn);
  const result = z.safeParse(schema, checked);
  if (!result.success) {
    const { path, reason } = describeIssue(result.error.issues[0], given);
    throw badOption(path, reason);
  }
  const [wait, others] = partition(result.data, (key) => Object.hasOwn(waitShape(), key));
  const [submission, ours] = partition(others, (key) => Object.hasOwn(submissionShape(), key));
  const { jobId, ...waiting } = wait as RunpodWaitOptions & { jobId?: string };
  return { job: { jobId, submission, wait: waiting }, ours: ours as Ours, worker };
}

/** Where a value breaks a schema, and the sentence that says why. */
export function describeIssue(issue: z.core.$ZodIssue, given: unknown): { path: string; reason: string } {
  const path = issue.path.join(".");
  const isWholeSentence = issue.code === "invalid_type" && issue.expected === "never";
  if (isWholeSentence) return { path, reason: issue.message };
  const value = issue.path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown>)[key], given);
  return { path, reason: isNot(value, issue.message) };
}

/** Splits the entries of an object that have a value. */
function partition(object: object, isFirst: (key: string) => boolean): [first: JSONObject, second: JSONObject] {
  const entries = Object.entries(object).filter(([, value]) => value !== undefined);
  if (entries.length === 0) return [{}, {}];
  const those = (isWanted: boolean) => Object.fromEntries(entries.filter(([key]) => isFirst(key) === isWanted));
  return [those(true), those(false)];
}
