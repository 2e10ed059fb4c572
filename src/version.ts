/** The version of this package, as `deno.json` has it (a check compares the two). */
export const VERSION = "2.0.0";
