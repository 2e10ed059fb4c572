import { hash } from "../../common/hash.ts";
import { MAX_MODEL_LENGTH, type ServerReply } from "../server_reply.ts";
import { isMessages } from "./chat_request.ts";
import { textOf } from "./pretend_model.ts";
import { tokensIn } from "./tokens.ts";
import { validationErrors } from "./validation.ts";

/** vLLM's `/tokenize`, for a prompt or a chat. */
export function tokenize({ prompt, messages, return_token_strs }: Record<string, unknown>): ServerReply {
  const text = isMessages(messages) ? messages.map(({ content }) => textOf(content)).join("\n") : prompt;
  if (typeof text !== "string") {
    return validationErrors([{ type: "missing", field: "prompt", message: "Field required", value: prompt }]);
  }
  const strings = tokensIn(text);
  return {
    status: 200,
    body: {
      count: strings.length,
      max_model_len: MAX_MODEL_LENGTH,
      tokens: strings.map((token) => hash(token) % 50_000),
      token_strs: return_token_strs === true ? strings : null,
    },
  };
}
