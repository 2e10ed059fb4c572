/**
 * All cases of the conformance run.
 *
 * @module
 */
import type { Case } from "../case.ts";
import { SDXL_CASES } from "./sdxl_cases.ts";
import { WHISPER_WORKER_CASES } from "./whisper_worker_cases.ts";
import { HANDLER_CASES } from "./handler_cases.ts";
import { COMFYUI_CASES } from "./comfyui_cases.ts";
import { INFINITY_CASES } from "./infinity_cases.ts";
import { WORKER_VLLM_CASES } from "./worker_vllm_cases.ts";
import { COMPLETION_CASES } from "./completion_cases.ts";
import { ERROR_CASES } from "./error_cases.ts";
import { OUTPUT_CASES } from "./output_cases.ts";
import { PLAIN_REQUESTS } from "./plain_requests.ts";
import { POOLING_CASES } from "./pooling_cases.ts";
import { REASONING_CASES } from "./reasoning_cases.ts";
import { TEXT_CASES } from "./text_cases.ts";
import { TOOL_CASES } from "./tool_cases.ts";

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
  ...WHISPER_WORKER_CASES,
  ...SDXL_CASES,
];

/** The cases that a server with these abilities is asked. */
export function casesFor(abilities: string[]): Case[] {
  return CASES.filter(({ needs }) => needs.every((ability) => abilities.includes(ability)));
}
