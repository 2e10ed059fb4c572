/**
 * All recordings. Written by `deno task servers`.
 *
 * @module
 */
import type { Recording } from "../../conformance/recording.ts";

/** All recordings. */
export const RECORDINGS = [] as unknown as Recording[];
