/**
 * The page of the local Runpod: endpoints, workers, jobs and the log, and a form that sends jobs.
 *
 * @module
 */
import { type Client, createClient, openWith, RefusedError } from "./client.ts";
import { h, setText } from "./dom.ts";
import { createEndpoints } from "./endpoints.ts";
import { createJobDetails } from "./job_details.ts";
import { createJobs } from "./jobs.ts";
import { createLog } from "./log.ts";
import { createSendForm } from "./send_form.ts";
import { apply, emptyState, isOpen } from "./state.ts";
import { createUnlock } from "./unlock.ts";

/** The key is kept for this tab, so that the page can be loaded again. */
const STORAGE = "local-runpod-key";
const RECONNECT_MILLIS = 1_500;

async function begin(): Promise<void> {
  const code = /^#open=(.+)$/.exec(location.hash)?.[1];
  // The code must not stay in the address or the history.
  if (location.hash !== "") history.replaceState(null, "", location.pathname);
  const opened = code === undefined ? undefined : await openWith(code).catch(() => undefined);
  const key = opened ?? sessionStorage.getItem(STORAGE) ?? undefined;
  if (key !== undefined) return open(key);
  ask(code === undefined ? "This page needs the key." : "This link was used already. The page needs the key.");
}

function ask(note: string): void {
  sessionStorage.removeItem(STORAGE);
  document.body.replaceChildren(createUnlock(note, open));
  document.getElementById("key")?.focus();
}

function open(key: string): void {
  sessionStorage.setItem(STORAGE, key);
  const app = createApp(createClient(key), () => ask("The key is wrong, or the command was started again."));
  document.body.replaceChildren(...app.elements);
  void app.run();
}

function createApp(client: Client, onWrongKey: () => void) {
  const state = emptyState();
  const connection = h("span", { role: "status", className: "connection" });
  const announcement = h("p", { role: "status", className: "announcement" });
  const form = createSendForm(client, show);
  const details = createJobDetails({
    client,
    onSendAgain: form.choose,
    onClose: () => {
      const row = document.querySelector<HTMLElement>("tr.selected button");
      state.selectedJob = undefined;
      draw();
      row?.focus();
    },
    announce: (text) => announcement.textContent = text,
  });
  const parts = [createEndpoints(form.choose), form, createJobs(select), details, createLog()];
  const [endpoints, , jobs, , log] = parts;

  function show(job: string): void {
    state.selectedJob = job;
    announcement.textContent = "";
    draw();
  }

  function select(job: string): void {
    show(job);
    details.focus();
  }

  let isDrawing = false;
  function draw(): void {
    if (isDrawing) return;
    isDrawing = true;
    requestAnimationFrame(() => {
      isDrawing = false;
      setText(connection, state.isConnected ? "connected" : "not connected");
      connection.classList.toggle("on", state.isConnected);
      for (const part of parts) part.update(state);
    });
  }

  async function run(): Promise<void> {
    // Running times count on, and details are loaded again if they changed while they were being loaded.
    const ticking = setInterval(() => {
      if ([...state.jobs.values()].some(isOpen) || state.selectedJob !== undefined) draw();
    }, 500);
    log.element.addEventListener("change", draw);
    for (;;) {
      try {
        await client.follow((message) => {
          state.isConnected = true;
          apply(state, message);
          draw();
        });
      } catch (error) {
        if (error instanceof RefusedError && error.status === 401) {
          clearInterval(ticking);
          return onWrongKey();
        }
      }
      state.isConnected = false;
      draw();
      await new Promise((resolve) => setTimeout(resolve, RECONNECT_MILLIS));
    }
  }

  return {
    run,
    elements: [
      h("header", {}, h("h1", {}, "Local Runpod"), connection, announcement),
      h(
        "main",
        {},
        h("div", { className: "side" }, endpoints.element, form.element),
        h("div", { className: "centre" }, details.element, jobs.element, log.element),
      ),
    ],
  };
}

void begin();
