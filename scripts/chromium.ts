/**
 * Finds a browser for the tests that need one.
 *
 * @module
 */
import { run } from "./shell.ts";

/** Names and places of Chromium and Chrome. */
const CANDIDATES = [
  "chromium",
  "chromium-browser",
  "google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** The command that starts Chromium or Chrome; undefined if there is none. `CHROMIUM` in the environment comes first. */
export async function findChromium(): Promise<string | undefined> {
  const chosen = Deno.env.get("CHROMIUM");
  for (const command of chosen ? [chosen] : CANDIDATES) {
    try {
      if ((await run(command, ["--version"])).code === 0) return command;
    } catch {
      // There is no such command.
    }
  }
}
