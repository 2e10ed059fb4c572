import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** Makes a key that nobody can guess. */
export function makeKey(): string {
  return `local_${randomBytes(24).toString("base64url")}`;
}

/** Whether two secrets are the same. How long it takes does not tell how much of them is the same. */
export function isSameSecret(a: string, b: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

/** A code that can be exchanged for the key once, for the page's first visit. */
export interface OpeningCode {
  readonly code: string;
  /** Whether this is the code and nobody has used it yet. From then on it is used. */
  use: (code: string) => boolean;
}

/** Makes a code for the page's first visit. */
export function makeOpeningCode(): OpeningCode {
  const code = randomBytes(18).toString("base64url");
  let isUsed = false;
  return {
    code,
    use: (given) => {
      if (isUsed || !isSameSecret(given, code)) return false;
      isUsed = true;
      return true;
    },
  };
}
