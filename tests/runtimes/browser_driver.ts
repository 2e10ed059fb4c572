/**
 * Opens a bundle of tests in a browser and prints what its page tells, until it is done.
 *
 *     node browser_driver.js chrome /usr/bin/chromium suite.js page
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import process from "node:process";
import puppeteer, { type SupportedBrowser } from "puppeteer-core";
import { withServer } from "../http.ts";
import { createStrictServer } from "./strict_server.ts";

/** A test that takes longer hangs. */
const LIMIT_MILLIS = 60_000;

const [browserName, executablePath, bundle, place] = process.argv.slice(2);

const serve = (strictOrigin: string) => async ({ url }: Request): Promise<Response> => {
  const { pathname } = new URL(url);
  if (pathname === "/strict-server") return new Response(strictOrigin);
  const isScript = pathname === "/suite.js";
  const body = isScript
    ? await readFile(bundle)
    : '<!doctype html><meta charset="utf-8"><script type="module" src="/suite.js"></script>';
  return new Response(body, {
    headers: { "content-type": isScript ? "text/javascript" : "text/html" },
  });
};

async function browse(origin: string): Promise<void> {
  const browser = await puppeteer.launch({
    browser: browserName as SupportedBrowser,
    executablePath,
    // Containers have no sandbox, and the page is our own.
    args: browserName === "chrome" ? ["--no-sandbox"] : [],
  });
  try {
    const page = await browser.newPage();
    await new Promise<void>((resolve, reject) => {
      let lastLine = "";
      const tooLong = () => reject(new Error(`Nothing happens after "${lastLine}"`));
      let limit = setTimeout(tooLong, LIMIT_MILLIS);
      page.on("console", (message) => {
        const line = message.text();
        if (line === "DONE") return resolve();
        if (line.startsWith("RESULT ")) console.log(line);
        lastLine = line.slice(0, 200);
        clearTimeout(limit);
        limit = setTimeout(tooLong, LIMIT_MILLIS);
      });
      page.on("pageerror", (error) => {
        // Once tests run, Firefox tells of each stream that one of them breaks, too.
        if (lastLine === "") reject(error);
      });
      page.goto(`${origin}/#${place}`).catch(reject);
    });
  } finally {
    await browser.close();
  }
}

await withServer(
  createStrictServer(),
  (strictOrigin) => withServer(serve(strictOrigin), browse),
);
process.exit();
