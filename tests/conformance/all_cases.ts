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
import { TEXT_CASES } from "./cases/text_cases.ts";

/** All cases. One more list is one more line here. */
export const CASES: Case[] = [
  ...TEXT_CASES,
  ...HANDLER_CASES,
  ...COMFYUI_CASES,
  ...INFINITY_CASES,
  ...WORKER_VLLM_CASES,
];

/** The cases that a server with these abilities is asked. */
export function casesFor(abilities: string[]): Case[] {
  return CASES.filter(({ needs }) => needs.every((ability) => abilities.includes(ability)));
}
