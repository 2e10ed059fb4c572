import { type FlagValues, UsageError } from "../command_line/flags.ts";

/** @throws UsageError if the text cannot be the id of an endpoint */
export function checkName(name: string, flag: string): void {
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(name)) {
    throw new UsageError(
      `--${flag}: an endpoint's name has lower-case letters, digits and hyphens; ${JSON.stringify(name)} has others`,
    );
  }
}

/** @throws UsageError if the text cannot be sent as a key */
export function checkKey(key: string): string {
  if (!/^[\x21-\x7e]+$/.test(key)) {
    throw new UsageError("--key must have only letters, digits and signs of ASCII, without spaces");
  }
  return key;
}

/** @throws UsageError if the text is not the origin of a web page */
export function checkOrigin(value: string): string {
  const origin = URL.canParse(value) ? new URL(value).origin : undefined;
  if (origin === undefined || origin === "null" || value.replace(/\/$/, "").toLowerCase() !== origin) {
    throw new UsageError(
      `--allow-origin ${JSON.stringify(value)} is not an origin: write it as http://localhost:3000, without a path`,
    );
  }
  return origin;
}

/** @throws UsageError if the text is not a URL of HTTP */
export function httpUrl(value: string, flag: string): URL {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new UsageError(`--${flag}: ${JSON.stringify(value)} is not a URL that begins with http:// or https://`);
  }
  return url;
}

/**
 * The root of a model server: its URL, with or without `/v1` at the end.
 *
 * @throws UsageError
 */
export function modelRoot(value: string): URL {
  const url = httpUrl(value, "model");
  url.pathname = url.pathname.replace(/\/+$/, "").replace(/\/v1$/, "");
  if (url.search !== "" || url.hash !== "") throw new UsageError(`--model: ${value} must have no "?" and no "#"`);
  return url;
}

interface Bounds {
  from: number;
  to: number;
}

/** @throws UsageError if the option has a value that is not a whole number within the bounds */
export function wholeNumber(values: FlagValues, flag: string, bounds: Bounds): number | undefined {
  const value = number(values, flag, bounds);
  if (value !== undefined && !Number.isInteger(value)) throw new UsageError(`--${flag} must be a whole number`);
  return value;
}

/** @throws UsageError if the option has a value that is not a number within the bounds */
export function number(values: FlagValues, flag: string, { from, to }: Bounds): number | undefined {
  const text = values.get(flag)?.[0];
  if (text === undefined) return undefined;
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (!(value >= from && value <= to)) {
    throw new UsageError(`--${flag} must be a number from ${from} to ${to}, not ${JSON.stringify(text)}`);
  }
  return value;
}
