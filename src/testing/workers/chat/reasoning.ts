import type { EmulatedEndpoint } from "../../endpoint_options.ts";

/** The tags around reasoning that is part of the content. */
export function tagsOf({ reasoning }: EmulatedEndpoint, thinks: boolean): [opening: string, closing: string] {
  if (!thinks || (reasoning !== "inline" && reasoning !== "unopened")) return ["", ""];
  return [reasoning === "inline" ? "<think>\n" : "", "\n</think>\n\n"];
}

/** A piece of reasoning, in the field that this endpoint's server uses. */
export function reasoningField({ reasoning, server }: EmulatedEndpoint, text: string): Record<string, string> {
  switch (reasoning) {
    case "inline":
    case "unopened":
      return { content: text };
    case "reasoning_content":
      return { reasoning_content: text };
    case "both":
      return { reasoning: text, reasoning_content: text };
    case "reasoning":
      return { reasoning: text };
    default:
      return server === "sglang" ? { reasoning_content: text } : { reasoning: text };
  }
}
