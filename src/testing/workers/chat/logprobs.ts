/** The log probability of every token. It means nothing. */
const LOGPROB = -0.1;

/** Log probabilities in the form of chats; null if the request does not want them. */
export function chatLogprobs(
  { logprobs, top_logprobs: top }: Record<string, unknown>,
  tokens: string[],
): Record<string, unknown> | null {
  if (logprobs !== true) return null;
  const one = ([token, logprob]: [string, number]) => ({
    token,
    logprob,
    bytes: [...new TextEncoder().encode(token)],
  });
  return {
    content: tokens.map((token) => ({ ...one([token, LOGPROB]), top_logprobs: likeliest(token, top).map(one) })),
  };
}

/** Log probabilities in the form of completions; null if the request does not want them. */
export function completionLogprobs(
  { logprobs }: Record<string, unknown>,
  tokens: string[],
  offset: number,
): Record<string, unknown> | null {
  if (typeof logprobs !== "number") return null;
  let at = offset;
  const text_offset = tokens.map((token) => {
    const start = at;
    at += token.length;
    return start;
  });
  return {
    text_offset,
    token_logprobs: tokens.map(() => LOGPROB),
    tokens,
    // The token itself is always there, also if the request asks for none.
    top_logprobs: tokens.map((token) => Object.fromEntries(likeliest(token, Math.max(logprobs, 1)))),
  };
}

/** A token and others in its place, likeliest first. */
function likeliest(token: string, count: unknown): Array<[token: string, logprob: number]> {
  const length = typeof count === "number" ? count : 0;
  return Array.from({ length }, (_, rank) => [rank === 0 ? token : `${token}${rank}`, LOGPROB - rank]);
}
