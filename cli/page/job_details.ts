import type { FeedJobDetails } from "../local/feed_message.ts";
import { type Client, RefusedError } from "./client.ts";
import { type Child, fill, h } from "./dom.ts";
import { statusText } from "./jobs.ts";
import { mediaIn } from "./media.ts";
import { isOpen, type State } from "./state.ts";
import { duration, timeOfDay } from "./time.ts";
import { showValue } from "./value.ts";

/** What the details can do. */
export interface DetailsActions {
  client: Client;
  /** Puts the job's input into the form. */
  onSendAgain: (endpoint: string, input: unknown) => void;
  onClose: () => void;
  /** Tells the user something. */
  announce: (text: string) => void;
}

/** The details of the selected job. */
export interface JobDetails {
  element: HTMLElement;
  /** Loads the job again if it has changed. */
  update: (state: State) => void;
  focus: () => void;
}

/** Creates the part of the page that shows one job. */
export function createJobDetails({ client, onSendAgain, onClose, announce }: DetailsActions): JobDetails {
  const title = h("h2", { id: "details-title", tabIndex: -1 });
  const content = h("div", {});
  const element = h(
    "section",
    { "aria-labelledby": "details-title", className: "details", hidden: true },
    title,
    content,
  );
  let shown: string | undefined;
  let isLoading = false;

  const act = (label: string, run: () => Promise<void>) =>
    h("button", {
      type: "button",
      onclick: () => void run().catch((error) => announce(`${label}: ${error.message}`)),
    }, label);

  function buttons(job: FeedJobDetails): Child {
    const { id, endpoint, input, status, operation } = job;
    return h(
      "p",
      { className: "buttons" },
      isOpen(job) ? act("Cancel", () => client.cancel(endpoint, id)) : undefined,
      /^(FAILED|TIMED_OUT)$/.test(status) ? act("Retry", () => client.retry(endpoint, id)) : undefined,
      operation === "openai"
        ? undefined
        : h("button", { type: "button", onclick: () => onSendAgain(endpoint, input) }, "Edit and send again"),
      h("button", { type: "button", onclick: onClose }, "Close"),
    );
  }

  function show(job: FeedJobDetails): void {
    const { id, endpoint, status, input, output, fullError, yields, error } = job;
    title.textContent = `Job ${id}`;
    const openParts = new Set(
      [...content.querySelectorAll("details[open]")].map((part) => (part as HTMLElement).dataset.part),
    );
    const part = (name: string, ...children: Child[]) =>
      children.every((child) => child === undefined) ? undefined : h("section", {}, h("h3", {}, name), ...children);
    const isRunning = isOpen(job);
    fill(
      content,
      h("p", {}, h("span", { className: `status ${status}` }, statusText(status)), ` on ${endpoint}`),
      buttons(job),
      part(isRunning ? "Progress" : "Output", ...mediaIn(output), showValue(output, "Output")),
      part("Error", showError(error, fullError)),
      part(
        `Yields (${yields.length})`,
        ...(yields.length === 0 ? [] : [...mediaIn(yields), showValue(yields, "Yields")]),
      ),
      part("Timeline", timeline(job)),
      part("Input", ...mediaIn(input), showValue(input, "Input")),
    );
    for (const name of openParts) {
      content.querySelector<HTMLDetailsElement>(`details[data-part="${name}"]`)?.setAttribute("open", "");
    }
  }

  async function load(id: string, version: string): Promise<void> {
    isLoading = true;
    try {
      const job = await client.details(id);
      if (shown?.startsWith(`${id} `)) show(job);
    } catch (error) {
      if (shown === version) {
        fill(content, h("p", {}, error instanceof RefusedError ? error.message : "Not connected."));
      }
    } finally {
      isLoading = false;
    }
  }

  return {
    element,
    focus: () => {
      // What is hidden cannot have the focus.
      element.hidden = false;
      title.focus();
    },
    update: ({ selectedJob, jobs }) => {
      element.hidden = selectedJob === undefined;
      if (selectedJob === undefined) return void (shown = undefined);
      const version = `${selectedJob} ${JSON.stringify(jobs.get(selectedJob))}`;
      if (version === shown || isLoading) return;
      if (!shown?.startsWith(`${selectedJob} `)) {
        title.textContent = `Job ${selectedJob}`;
        fill(content);
      }
      shown = version;
      void load(selectedJob, version);
    },
  };
}

function showError(short: string | undefined, full: unknown): Child {
  if (full === undefined) return undefined;
  let traceback: unknown;
  try {
    traceback = typeof full === "string" ? JSON.parse(full).error_traceback : undefined;
  } catch {
    // It is a plain text.
  }
  const text = typeof traceback === "string" ? traceback : full;
  return h(
    "div",
    { className: "error" },
    short === undefined ? undefined : h("p", {}, short),
    showValue(text, "Error"),
  );
}

/** When the job was in which state, as bars and as a list. */
function timeline({ timeline: steps, endedAt }: FeedJobDetails): Child {
  const begin = steps[0].at;
  const end = endedAt ?? Math.max(steps.at(-1)!.at, Date.now());
  const whole = Math.max(1, end - begin);
  const bars = steps.map(({ status, at }, index) => {
    const bar = h("span", { className: `bar ${status}` });
    bar.style.flexGrow = String(Math.max(0, (steps[index + 1]?.at ?? end) - at) / whole);
    return bar;
  });
  const rows = steps.map(({ status, at, workerId }) =>
    h(
      "li",
      {},
      h("time", { dateTime: new Date(at).toISOString() }, timeOfDay(at)),
      ` +${duration(at - begin)} `,
      h("span", { className: `status ${status}` }, statusText(status)),
      workerId === undefined ? undefined : ` on ${workerId}`,
    )
  );
  return h(
    "div",
    {},
    h("div", { className: "bars", "aria-hidden": "true" }, ...bars),
    h("ol", { className: "steps" }, ...rows),
  );
}
