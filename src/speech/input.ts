/**
 * Writes what a speech model is asked, from the SDK's call: a worker's input, or the body of an OpenAI route.
 *
 * @module
 */
import type { JSONObject, SpeechModelV4CallOptions } from "@ai-sdk/provider";
import * as z from "zod/v4-mini";
import { type RunpodWaitOptions, waitOptions } from "../job/options.ts";
import { routeOptions } from "../route/post.ts";
import { once, splitOptions } from "../call/options.ts";
import { checkRules } from "../input/rules.ts";
import { type CallContext, refuse, warnRemoved, warnUnsupported, withOptions } from "../input/context.ts";
import type { SpeechEntry, SpeechSetting } from "./catalogue.ts";
import type { RunpodSpeechCall, RunpodSpeechModelSettings } from "./model.ts";

/** What to run and how long to wait for it. */
export interface SpeechInput {
  input: JSONObject;
  wait: RunpodWaitOptions;
  /** A job to continue, in place of a new one. */
  jobId: string | undefined;
}

type Names = SpeechEntry["settings"];

/** Any worker that is not in the catalogue: the names of the public ones where they have one, else the SDK's. */
const PLAIN: Names = {
  voice: "voice",
  outputFormat: "format",
  speed: "speed",
  language: "language",
  instructions: "instructions",
};

/** What OpenAI documents. */
const OPENAI: Names = { voice: "voice", outputFormat: "response_format", speed: "speed", instructions: "instructions" };

/**
 * Writes the input of a speech job.
 *
 * @throws {InvalidArgumentError} for what the model cannot do, before any request.
 */
export async function writeInput(
  { modelId, attempt, warnings }: CallContext,
  entry: SpeechEntry | undefined,
  { input: map, model }: RunpodSpeechModelSettings,
  call: SpeechModelV4CallOptions,
): Promise<SpeechInput> {
  const { ours: { jobId, ...wait }, worker } = splitOptions(call.providerOptions, ownOptions());
  // What continues a job has been written before.
  if (jobId !== undefined) return { input: {}, wait, jobId };

  // What the provider would not have sent, a function of the caller's may well use.
  const context: CallContext = { modelId, attempt, warnings: map ? [] : warnings };
  if (entry) warnRemoved(context, entry);
  if (entry && model !== undefined) warnUnsupported(context, "model", `"${modelId}" is one model`);
  const options = rename(worker, entry?.renames);
  const names = entry?.settings ?? PLAIN;
  const settings: JSONObject = {
    prompt: readText(context, call),
    ...(entry || model === undefined ? {} : { model }),
    ...writeSettings(context, names, call),
  };
  const input = withOptions(context, settings, options, settingsOf(names));
  if (entry) checkRules(context, input, entry.options);
  return { input: map ? await map(describeCall(call, worker, input)) : input, wait, jobId };
}

/**
 * Writes the body of a request to `/audio/speech`.
 *
 * @throws {InvalidArgumentError} for what no server can do, before any request.
 */
export function writeBody(context: CallContext, call: SpeechModelV4CallOptions): JSONObject {
  const options = routeOptions(context, call.providerOptions);
  const settings: JSONObject = { input: readText(context, call), ...writeSettings(context, OPENAI, call) };
  return withOptions(context, settings, options, settingsOf(OPENAI));
}

const ownOptions = once(() => z.object(waitOptions()));

function readText(context: CallContext, { text }: SpeechModelV4CallOptions): string {
  if (text.trim() !== "") return text;
  throw refuse(context, "text", "the text is empty");
}

function writeSettings(
  context: CallContext,
  names: Names,
  { voice, outputFormat, speed, language, instructions }: SpeechModelV4CallOptions,
): JSONObject {
  if (speed !== undefined && !(speed > 0 && speed < Infinity)) {
    throw refuse(context, "speed", `speed ${speed} is not a number above 0`);
  }
  const input: JSONObject = {};
  const settings: Record<SpeechSetting, string | number | undefined> = {
    voice,
    outputFormat,
    speed,
    language,
    instructions,
  };
  for (const [setting, value] of Object.entries(settings)) {
    const name = names[setting as SpeechSetting];
    if (value === undefined) continue;
    if (name === undefined) {
      const details =
        `"${context.modelId}" documents no such setting; options of its own go into providerOptions.runpod`;
      warnUnsupported(context, setting, details);
    } else {
      input[name] = value;
    }
  }
  return input;
}

/** The SDK's settings by the worker's names. */
function settingsOf(names: Names): Record<string, string> {
  return Object.fromEntries(Object.entries(names).map(([setting, name]) => [name, setting]));
}

function rename(options: JSONObject, renames: Record<string, string> = {}): JSONObject {
  return Object.fromEntries(Object.entries(options).map(([key, value]) => [renames[key] ?? key, value]));
}

function describeCall(
  { text, voice, outputFormat, speed, language, instructions }: SpeechModelV4CallOptions,
  options: JSONObject,
  input: JSONObject,
): RunpodSpeechCall {
  return { text, voice, outputFormat, speed, language, instructions, options, input };
}
