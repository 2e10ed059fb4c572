/** The page of the command, and pages that must not be able to use it, in a real browser. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import process from "node:process";
import { describe, it } from "node:test";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { type Page, withBrowser } from "./browser.ts";
import { type Local, programOf, withFolder, withLocal } from "./local_command.ts";
import { workerProgram } from "./local_worker.ts";

/** The test run finds a browser; without one it says so. */
const executable = process.env.LOCAL_CHROMIUM;

function withPage(test: (page: Page, local: Local) => Promise<void>): Promise<void> {
  return withFolder((folder) =>
    withLocal(
      ["--worker", `mine=${programOf(folder, workerProgram)}`],
      (local) => withBrowser(executable!, (page) => test(page, local)),
    )
  );
}

const button = (text: string) =>
  `[...document.querySelectorAll("button")].find((each) => each.textContent === "${text}")`;

if (executable) {
  describe("local: the page in a browser", () => {
    it("opens by the printed link, and later by the key", () =>
      withPage(async (page, { origin, code, key }) => {
        await page.goto(`${origin}/#open=${code}`);
        await page.until(`document.querySelector(".connection.on")`);
        assertEquals(await page.run("location.href"), `${origin}/`);
        await page.goto(`${origin}/?again`);
        await page.until(`document.querySelector(".connection.on")`);

        await page.run("sessionStorage.clear()");
        await page.goto(`${origin}/#open=${code}`);
        await page.until(`document.activeElement?.id === "key"`);
        assertStringIncludes(await page.run("document.body.textContent"), "This link was used already.");
        await page.type(key);
        await page.press("Enter");
        await page.until(`document.querySelector(".connection.on")`);
        assertEquals(
          await page.run("document.documentElement.outerHTML.includes(sessionStorage.getItem('local-runpod-key'))"),
          false,
        );
      }));

    it("sends, shows, cancels and repeats jobs with the keyboard", () =>
      withPage(async (page, { origin, code, call }) => {
        await page.goto(`${origin}/#open=${code}`);
        await page.until(`document.querySelector("#send-endpoint")?.value === "mine"`);
        const send = async (endpoint: string, input: unknown) => {
          await page.run(
            `document.querySelector("#send-endpoint").select(); document.querySelector("#send-endpoint").focus()`,
          );
          await page.type(endpoint);
          await page.run(`document.querySelector("#send-body").focus(); document.querySelector("#send-body").select()`);
          await page.type(JSON.stringify(input));
          await page.press("Enter", true);
        };
        await send("mine", { say: "<img src=x onerror=alert(1)>" });
        await page.until(`document.querySelector(".details pre")?.textContent.includes("onerror=alert(1)")`);
        await page.until(
          `document.querySelector("td.job button")?.focus() !== null && document.activeElement.closest("td") !== null`,
        );
        await page.press("Enter");
        await page.until(`document.activeElement.id === "details-title"`);
        assertEquals(await page.run(`document.querySelectorAll(".details img").length`), 0);

        await send("qwen-image-t2i", { prompt: "A lighthouse" });
        await page.until(`document.querySelector(".details img")?.naturalWidth > 0`);

        await send("mine", { hang: true, progress: "30%" });
        await page.until(`document.querySelector("tr.selected progress:not([hidden])")?.value === 0.3`);
        await page.run(`${button("Cancel")}.focus()`);
        await page.press("Enter");
        await page.until(`document.querySelector("tr.selected .status")?.textContent === "cancelled"`);

        await send("mine", { error: "no such file" });
        await page.until(`document.querySelector(".details .error")?.textContent.includes("no such file")`);
        await page.run(`${button("Retry")}.focus()`);
        await page.press("Enter");
        await page.until(`document.querySelectorAll(".details .steps li").length === 3`);
        assertEquals((await call("/v2/mine/health")).jobs.retried, 1);
        assertEquals(page.errors, []);
      }));

    it("is no way in for other web pages, whatever they know", () =>
      withPage(async (page, { origin, key, call }) => {
        const evil = createServer((_, response) => {
          response.writeHead(200, { "content-type": "text/html" });
          response.end("<!doctype html><title>evil</title><form method=post></form>");
        });
        await new Promise<void>((resolve) => evil.listen(0, "127.0.0.1", resolve));
        const { port } = evil.address() as AddressInfo;
        const target = `${origin}/v2/mine/run`;
        const attacks = (address: string) =>
          `(async () => {
          const body = JSON.stringify({ input: { say: "evil" } });
          const headers = { authorization: "Bearer ${key}" };
          const tried = [];
          const attempt = async (options) => {
            try {
              tried.push((await fetch("${address}", { method: "POST", body, ...options })).status);
            } catch { tried.push("blocked"); }
          };
          await attempt({});
          await attempt({ headers });
          await attempt({ mode: "no-cors", headers: { "content-type": "text/plain" } });
          await attempt({ mode: "no-cors", credentials: "include" });
          navigator.sendBeacon("${address}", body);
          new Image().src = "${address}?input=evil";
          return tried;
        })()`;
        try {
          for (const host of ["127.0.0.1", "localhost", "evil.example"]) {
            await page.goto(`http://${host}:${port}/`);
            assertEquals((await page.run(attacks(target))).slice(0, 2), ["blocked", "blocked"]);
            // Later, so that the page does not go before its answer to this has come.
            await page.run(
              `void setTimeout(() => Object.assign(document.forms[0], { action: "${target}" }).submit())`,
            );
            await page.until(`document.body.textContent.includes("may not call")`);
          }
          // A host name of the attacker that now leads to this machine: the browser takes it for the same origin.
          const rebound = origin.replace("127.0.0.1", "evil.example");
          await page.goto(rebound);
          assertStringIncludes(await page.run("document.body.textContent"), "is not this machine");
          assertEquals((await page.run(attacks("/v2/mine/run"))).slice(0, 2), [403, 403]);
        } finally {
          evil.closeAllConnections();
          evil.close();
        }
        const { completed, failed, inProgress, inQueue } = (await call("/v2/mine/health")).jobs;
        assertEquals([completed, failed, inProgress, inQueue], [0, 0, 0, 0]);
      }));
  });
}
