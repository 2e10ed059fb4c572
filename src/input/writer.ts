/**
 * Writes the input of a worker from a call and a row: the one writer of all modalities.
 *
 * @module
 */
import type { JSONObject, JSONValue } from "@ai-sdk/provider";
import { type CallContext, isNot, quoteAll, refuse, warnOverridden, warnUnsupported } from "./context.ts";
import { type CallSettings, type Key, keyOf, type Row } from "./row.ts";
import { checkRule, checkRules, type Rule } from "./rules.ts";
import { sizeSettings, type WantedSize, writeSize } from "./size.ts";

/** What a call asks of a worker. */
export interface WorkerRequest {
  /** The settings of the call, by the SDK's names. */
  settings: CallSettings;
  /** The size that is wanted. */
  size?: WantedSize;
  /** Writes the input files under the worker's keys, once everything else is known to be right. */
  files?: () => JSONObject;
  /** `providerOptions.runpod` without the provider's own options. */
  options: JSONObject;
  /** What the SDK calls a setting, where it is not the setting's own name. */
  names?: Readonly<Record<string, string>>;
}

/**
 * Writes a worker's input. The worker's own options win over the settings of the call, of which they are the more exact.
 *
 * @throws {InvalidArgumentError} for what the worker cannot do, before any request.
 */
export function writeInput(context: CallContext, row: Row, request: WorkerRequest): JSONObject {
  warnRemoved(context, row);
  checkOptions(context, row, request.options);
  const options = row.rewrite?.(request.options) ?? request.options;
  const { size = {}, files } = request;
  const written = {
    ...(row.size && override(context, writeSize(context, row.size, size), options, sizeSettings(size))),
    ...writeSettings(context, row, request, options),
    ...files?.(),
  };
  const input = { ...row.defaults, ...written, ...options };
  dropIgnored(context, row, request, input);
  checkRequired(context, row, request, input);
  return rename(row, input, options);
}

/** Puts what was written under the caller's own keys. */
function rename(row: Row, input: JSONObject, options: JSONObject): JSONObject {
  if (row.renamed === undefined) return input;
  const names = new Map(Object.entries(row.renamed).map(([setting, key]) => [keyOf(row, setting) ?? setting, key]));
  return Object.fromEntries(
    Object.entries(input).map(([key, value]) => [(key in options ? undefined : names.get(key)) ?? key, value]),
  );
}

/**
 * Leaves out what the caller's options set too, with a warning where the two differ.
 *
 * @param names What the SDK calls the setting of each key. Only keys with a name here can warn.
 */
export function override(
  context: Pick<CallContext, "warnings">,
  written: JSONObject,
  options: JSONObject,
  names: Readonly<Record<string, string>>,
): JSONObject {
  return Object.fromEntries(
    Object.entries(written).filter(([key, value]) => {
      if (options[key] === undefined) return true;
      if (names[key] && !isSame(value, options[key])) warnOverridden(context, names[key], key);
      return false;
    }),
  );
}

function isSame(a: JSONValue | undefined, b: JSONValue | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Warns of a model whose endpoint may be gone. */
function warnRemoved({ modelId, warnings }: CallContext, { removed }: Row): void {
  if (removed === undefined) return;
  const message = `"${modelId}" has not been in Runpod's documentation since ${removed}, so it may no longer run`;
  warnings.push({ type: "deprecated", setting: "model", message });
}

/** Checks the documented options, and options that set what a setting of the SDK sets too. */
function checkOptions(context: CallContext, row: Row, options: JSONObject): void {
  const ofKeys = Object.values(row.keys).flatMap((key): Array<[string, Rule]> =>
    typeof key === "object" && key.rule !== undefined ? [[key.key, key.rule]] : []
  );
  const rules = { ...Object.fromEntries(ofKeys), ...row.options };
  checkRules(context, options, rules);
}

function writeSettings(
  context: CallContext,
  row: Row,
  { settings, names = {} }: WorkerRequest,
  options: JSONObject,
): JSONObject {
  return Object.assign(
    {},
    ...Object.entries(settings).map(([setting, value]) =>
      value === undefined
        ? {}
        : writeSetting(context, row, { setting, name: names[setting] ?? setting, value, settings, options })
    ),
  );
}

function writeSetting(
  context: CallContext,
  row: Row,
  { setting, name, value, settings, options }: {
    setting: string;
    name: string;
    value: JSONValue;
    settings: CallSettings;
    options: JSONObject;
  },
): JSONObject {
  const where = row.keys[setting];
  if (where === undefined) {
    warnUnsupported(context, name, `"${context.modelId}" takes no ${setting}`);
    return {};
  }
  const { key, rule, write }: Exclude<Key, string> = typeof where === "string" ? { key: where } : where;
  if (write !== undefined) checkSetting(context, name, value, SDK_RULES[setting]);
  const written = write === undefined ? value : write(value, settings);
  if (options[key] !== undefined) return override(context, { [key]: written }, options, { [key]: name });
  const what = write === undefined ? name : `${name} ${JSON.stringify(value)} as ${key}`;
  checkSetting(context, name, written, rule ?? row.options[key] ?? (write ? undefined : SDK_RULES[setting]), what);
  return { [key]: written };
}

function checkSetting(context: CallContext, name: string, value: JSONValue, rule: Rule | undefined, what = name): void {
  if (rule === undefined) return;
  checkRule(context, what, value, rule, (expected) => refuse(context, name, `${what} ${isNot(value, expected)}`));
}

/** What the SDK itself says of some settings, whatever the worker. */
const SDK_RULES: Readonly<Record<string, Rule>> = {
  seed: { whole: true },
  duration: {},
  fps: {},
  generateAudio: "boolean",
};

function dropIgnored(
  context: CallContext,
  row: Row,
  { size = {}, names, options }: WorkerRequest,
  input: JSONObject,
): void {
  for (const [key, other] of Object.entries(row.ignores ?? {})) {
    if (input[key] === undefined || input[other] === undefined) continue;
    const setting = sizeSettings(size)[key] ?? nameOf(row, key, names) ?? key;
    const name = options[key] === undefined ? setting : `providerOptions.runpod.${key}`;
    warnUnsupported(context, name, `"${context.modelId}" ignores ${key} where it gets ${other}`);
    delete input[key];
  }
}

function checkRequired(
  context: CallContext,
  row: Row,
  { size = {}, names }: WorkerRequest,
  input: JSONObject,
): void {
  for (const key of row.required) {
    if (input[key] !== undefined && String(input[key]).trim() !== "") continue;
    if (key === "prompt") throw refuse(context, key, "a prompt is required");
    const setting = key === "size" ? size.sizeName ?? "size" : nameOf(row, key, names);
    const ways = [...(setting ? [setting] : []), `providerOptions.runpod.${key}`];
    const rule = row.options[key] ?? ruleOf(row, key);
    const values = Array.isArray(rule) ? `: ${quoteAll(rule)}` : "";
    throw refuse(context, ways[0], `${key} is required; pass ${ways.join(" or ")}${values}`);
  }
}

/** What the SDK calls the setting that a key is written from. */
function nameOf(row: Row, key: string, names: Readonly<Record<string, string>> = {}): string | undefined {
  const setting = Object.keys(row.keys).find((setting) => keyOf(row, setting) === key);
  return setting === undefined ? undefined : names[setting] ?? setting;
}

function ruleOf(row: Row, key: string): Rule | undefined {
  const where = Object.values(row.keys).find((where) => typeof where === "object" && where.key === key);
  return typeof where === "object" ? where.rule : undefined;
}
