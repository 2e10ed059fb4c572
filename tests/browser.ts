/**
 * Chromium, driven over its own protocol, so that no package is needed.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "./local_command.ts";

/** A tab. */
export interface Page {
  /** Loads an address and waits for its load event. */
  goto: (url: string) => Promise<void>;
  /** Runs a script in the page and returns its result as JSON. A promise is awaited. */
  // deno-lint-ignore no-explicit-any
  run: (script: string) => Promise<any>;
  /** Waits until a script in the page gives something that is not false or empty, also across a change of the page. */
  // deno-lint-ignore no-explicit-any
  until: (script: string) => Promise<any>;
  /** Presses a key, perhaps with Control. */
  press: (key: string, withControl?: boolean) => Promise<void>;
  /** Types a text where the focus is. */
  type: (text: string) => Promise<void>;
  /** Errors that the browser has told so far: of scripts, of loading, and of the content security policy. */
  readonly errors: string[];
}

/** Runs a test with a new browser. Names below `.example` are this machine. */
export async function withBrowser(executable: string, test: (page: Page) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "browser-"));
  const browser = spawn(executable, [
    "--headless=new",
    // Containers have no sandbox, and the pages are our own.
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--remote-debugging-port=0",
    "--host-resolver-rules=MAP *.example 127.0.0.1",
    `--user-data-dir=${folder}`,
    "about:blank",
  ], { stdio: ["ignore", "ignore", "pipe"] });
  const exit = new Promise((resolve) => browser.on("close", resolve));
  let output = "";
  browser.stderr.setEncoding("utf8").on("data", (text: string) => output += text);
  try {
    const [, port] = await until("the browser listens", () => /DevTools listening on ws:\/\/[^:]+:(\d+)/.exec(output));
    const [target] = await until("a tab", async () => {
      const targets = await (await fetch(`http://127.0.0.1:${port}/json/list`)).json();
      // deno-lint-ignore no-explicit-any
      const pages = targets.filter(({ type }: any) => type === "page");
      return pages.length > 0 && pages;
    });
    const page = await connect(target.webSocketDebuggerUrl);
    try {
      await test(page);
    } catch (error) {
      console.error(page.errors.join("\n"));
      throw error;
    }
  } finally {
    browser.kill("SIGKILL");
    await exit;
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function connect(url: string): Promise<Page> {
  const socket = new WebSocket(url);
  await new Promise((resolve) => socket.onopen = resolve);
  // deno-lint-ignore no-explicit-any
  const waiting = new Map<number, (message: any) => void>();
  const errors: string[] = [];
  let loads = 0;
  let count = 0;
  socket.onmessage = ({ data }) => {
    const { id, method, params, ...rest } = JSON.parse(String(data));
    waiting.get(id)?.(rest);
    waiting.delete(id);
    if (method === "Page.loadEventFired") loads++;
    if (method === "Log.entryAdded" && params.entry.level === "error") errors.push(params.entry.text);
    if (method === "Runtime.exceptionThrown") errors.push(JSON.stringify(params.exceptionDetails));
  };
  // deno-lint-ignore no-explicit-any
  const send = (method: string, params: unknown = {}): Promise<any> =>
    new Promise((resolve, reject) => {
      const id = ++count;
      waiting.set(id, ({ result, error }) => error === undefined ? resolve(result) : reject(new Error(error.message)));
      socket.send(JSON.stringify({ id, method, params }));
    });
  for (const domain of ["Page", "Runtime", "Log"]) await send(`${domain}.enable`);

  const run: Page["run"] = async (expression) => {
    const { result, exceptionDetails } = await send("Runtime.evaluate", {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails !== undefined) {
      throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    }
    return result.value;
  };
  return {
    errors,
    run,
    until: (script) =>
      until(script, () =>
        run(script).catch((error: Error) => {
          // The script ran on a page that is being left, so it says nothing of the next one.
          if (!/navigated|context was destroyed/.test(error.message)) throw error;
        })),
    goto: async (address) => {
      const before = loads;
      await send("Page.navigate", { url: address });
      await until(`${address} is loaded`, () => loads > before);
    },
    press: async (key, withControl = false) => {
      const event = {
        key,
        code: key,
        modifiers: withControl ? 2 : 0,
        windowsVirtualKeyCode: key === "Enter" ? 13 : 9,
        text: key === "Enter" ? "\r" : undefined,
      };
      await send("Input.dispatchKeyEvent", { type: "keyDown", ...event });
      await send("Input.dispatchKeyEvent", { type: "keyUp", ...event });
    },
    type: async (text) => void await send("Input.insertText", { text }),
  };
}
