import { hash } from "../../common/hash.ts";
import type { EmulatedEndpoint } from "../../endpoint_options.ts";
import { maxModelLength, type ServerReply } from "../server_reply.ts";
import { isMessages } from "./chat_request.ts";
import { textOf } from "./pretend_model.ts";
import { textOfTokens, tokensIn } from "./tokens.ts";
import { validationErrors } from "./validation.ts";

/** vLLM's `/tokenize`, for a prompt or a chat. */
export function tokenize(config: EmulatedEndpoint, body: Record<string, unknown>): ServerReply {
  const { prompt, messages, return_token_strs } = body;
  const text = isMessages(messages) ? messages.map(({ content }) => textOf(content)).join("\n") : prompt;
  if (typeof text !== "string") {
    const missing = { type: "missing", message: "Field required", value: body };
    return validationErrors(["prompt", "messages"].map((field) => ({ ...missing, field })));
  }
  const strings = tokensIn(text);
  return {
    status: 200,
    body: {
      count: strings.length,
      max_model_len: maxModelLength(config),
      tokens: strings.map((token) => hash(token) % 50_000),
      token_strs: return_token_strs === true ? strings : null,
    },
  };
}

/** vLLM's `/detokenize`. The emulator's token ids mean nothing, so the text tells them. */
export function detokenize({ tokens }: Record<string, unknown>): ServerReply {
  if (!Array.isArray(tokens)) {
    return validationErrors([{ type: "missing", field: "tokens", message: "Field required", value: tokens }]);
  }
  return { status: 200, body: { prompt: textOfTokens(tokens) } };
}
