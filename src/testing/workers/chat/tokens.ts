/** The pieces of a text that count as its tokens: each word with the space before it. */
export function tokensIn(text: string): string[] {
  return text.match(/\s*\S+|\s+$/g) ?? [];
}

/** The text of token ids, which mean nothing here: it tells them. */
export function textOfTokens(ids: unknown[]): string {
  return ids.map((id) => `<${id}>`).join(" ");
}
