/**
 * All cases of the conformance run.
 *
 * @module
 */
import type { Case } from "./case.ts";
import { HANDLER_CASES } from "./cases/handler_cases.ts";
import { COMFYUI_CASES } from "./cases/comfyui_cases.ts";
import { INFINITY_CASES } from "./cases/infinity_cases.ts";
import { WORKER_VLLM_CASES } from "./cases/worker_vllm_cases.ts";
import { COMPLETION_CASES } from "./cases/completion_cases.ts";
import { ERROR_CASES } from "./cases/error_cases.ts";
import { OUTPUT_CASES } from "./cases/output_cases.ts";
import { PLAIN_REQUESTS } from "./cases/plain_requests.ts";
import { POOLING_CASES } from "./cases/pooling_cases.ts";
import { REASONING_CASES } from "./cases/reasoning_cases.ts";
import { TEXT_CASES } from "./cases/text_cases.ts";
import { TOOL_CASES } from "./cases/tool_cases.ts";

/** All cases. One more list is one more line here. */
export const CASES: Case[] = [
  ...TEXT_CASES,
  ...HANDLER_CASES,
  ...COMFYUI_CASES,
  ...INFINITY_CASES,
  ...WORKER_VLLM_CASES,
  ...REASONING_CASES,
  ...TOOL_CASES,
  ...OUTPUT_CASES,
  ...COMPLETION_CASES,
  ...POOLING_CASES,
  ...ERROR_CASES,
  ...PLAIN_REQUESTS,
];

/** The cases that a server with these abilities is asked. */
export function casesFor(abilities: string[]): Case[] {
  return CASES.filter(({ needs }) => needs.every((ability) => abilities.includes(ability)));
}
