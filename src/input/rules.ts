/**
 * What workers document of their options, as data, and the check of it.
 *
 * A value of the wrong type is an error. A value outside a documented list or range is sent with a warning, because lists
 * and ranges change more often than this package does.
 *
 * @module
 */
import type { JSONObject, JSONValue } from "@ai-sdk/provider";
import { isFileUrl } from "../files/file_url.ts";
import { badOption, type CallContext, isNot, quoteAll, warnUndocumented } from "./context.ts";

/** What is documented of a number. */
export interface NumberRule {
  min?: number;
  max?: number;
  /** Whether it has to be whole. */
  whole?: true;
}

/** What is documented of one option. */
export type Rule = "text" | "url" | "boolean" | "list" | "object" | NumberRule | readonly (string | number)[];

/** The rules of an interface of options: one for each, of its type. */
export type Rules<Options> = { readonly [Key in keyof Options]-?: RuleFor<Exclude<Options[Key], undefined>> };

// In brackets, so that a union stays whole.
type RuleFor<Value> = [Value] extends [boolean] ? "boolean"
  : [Value] extends [number] ? number extends Value ? NumberRule : readonly Value[]
  : [Value] extends [string] ? string extends Value ? "text" | "url" : readonly Value[]
  : [Value] extends [readonly unknown[]] ? "list"
  : "object";

/**
 * Checks the options that have rules.
 *
 * @throws {InvalidArgumentError} for a value of the wrong type.
 */
export function checkRules(context: CallContext, options: JSONObject, rules: Readonly<Record<string, Rule>>): void {
  for (const [key, rule] of Object.entries(rules)) {
    const value = options[key];
    if (value === undefined) continue;
    checkRule(context, key, value, rule, (expected) => badOption(key, isNot(value, expected)));
  }
}

/**
 * Checks one value.
 *
 * @param name What the caller calls it.
 * @param error Makes the error for a value of the wrong type.
 * @throws what `error` makes.
 */
export function checkRule(
  context: CallContext,
  name: string,
  value: JSONValue,
  rule: Rule,
  error: (expected: string) => Error,
): void {
  const type = typeOf(rule);
  if (!TYPES[type](value)) throw error(EXPECTED[type]);
  const documented = describeLimit(rule, value);
  if (documented) warnUndocumented(context, `${name} ${JSON.stringify(value)}`, documented);
}

type Type = Extract<Rule, string> | "number" | "whole" | "choice";

function typeOf(rule: Rule): Type {
  if (typeof rule === "string") return rule;
  if (!isNumberRule(rule)) return rule.every((choice) => typeof choice === "number") ? "number" : "choice";
  return rule.whole ? "whole" : "number";
}

const TYPES: Record<Type, (value: JSONValue | undefined) => boolean> = {
  text: (value) => typeof value === "string",
  url: isFileUrl,
  boolean: (value) => typeof value === "boolean",
  list: (value) => Array.isArray(value),
  object: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  number: (value) => typeof value === "number" && Number.isFinite(value),
  whole: (value) => Number.isInteger(value),
  choice: (value) => typeof value === "string" || typeof value === "number",
};

const EXPECTED: Record<Type, string> = {
  text: "a string",
  url: "a URL or a base64 data URI",
  boolean: "true or false",
  list: "a list",
  object: "an object",
  number: "a number",
  whole: "a whole number",
  choice: "a string or a number",
};

/** Describes what is documented, where the value is outside of it. */
function describeLimit(rule: Rule, value: JSONValue): string | undefined {
  if (typeof rule === "string") return undefined;
  if (!isNumberRule(rule)) return rule.includes(value as string | number) ? undefined : quoteAll(rule);
  const { min = -Infinity, max = Infinity } = rule;
  if (Number(value) >= min && Number(value) <= max) return undefined;
  return max === Infinity ? `${min} or more` : min === -Infinity ? `at most ${max}` : `${min} to ${max}`;
}

function isNumberRule(rule: Exclude<Rule, string>): rule is NumberRule {
  return !Array.isArray(rule);
}
