/** Whether a text is an absolute URL. Engines have had `URL.canParse` for a short time only. */
export function isUrl(text: string): boolean {
  try {
    return new URL(text) !== undefined;
  } catch {
    return false;
  }
}
