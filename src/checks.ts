/**
 * The checks of options and settings, as schemas. Each message completes the sentence "VALUE is not …".
 *
 * All are of one kind, a test with a message, because every further kind that zod has adds to each bundle.
 *
 * @module
 */
import * as z from "zod/v4-mini";

/** A schema of a value that may be left out. */
export type Check<T> = z.ZodMiniType<T | undefined>;

/** A value that a test accepts, or none. */
export function check<T>(test: (value: unknown) => boolean, says: string): Check<T> {
  return z.optional(z.custom<T>(test, says)) as Check<T>;
}

/** A boolean. */
export const flag = () => check<boolean>((value) => typeof value === "boolean", "true or false");

/** Any text. */
export const text = (says = "a string") => check<string>(isText, says);

/** A text with at least one character. */
export const nonEmptyText = (says = "a string") => check<string>((value) => isText(value) && value !== "", says);

/** One of some words. */
export const oneOf = <Word extends string>(words: readonly Word[], says: string) =>
  check<Word>((value) => words.includes(value as Word), says);

/** A finite number from a smallest to a largest one. */
export const number = (says = "a number", min = -Infinity, max = Infinity) =>
  check<number>((value) => isNumber(value) && value >= min && value <= max, says);

/** A finite number above 0. */
export const positive = (says = "a number above 0") => number(says, Number.MIN_VALUE);

/** A whole number from a smallest one. */
export const whole = (says: string, min = -Infinity) =>
  check<number>((value) => Number.isSafeInteger(value) && Number(value) >= min, says);

/** An object, all of whose values a test accepts. */
export const objectOf = <T>(test: (value: unknown) => boolean, says: string) =>
  check<Record<string, T>>((value) => isObject(value) && Object.values(value).every(test), says);

/** Whether a value is text. */
export function isText(value: unknown): value is string {
  return typeof value === "string";
}

/** Whether a value is a finite number. */
export function isNumber(value: unknown): value is number {
  return Number.isFinite(value);
}

/** Whether a value is an object, and not a list. */
export function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
