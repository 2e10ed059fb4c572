/** The pieces of a text that count as its tokens: each word with the space before it. */
export function tokensIn(text: string): string[] {
  return text.match(/\s*\S+|\s+$/g) ?? [];
}
