import type { FeedJob } from "../local/feed_message.ts";
import { h, keepList, setText } from "./dom.ts";
import { isOpen, type State } from "./state.ts";
import { duration } from "./time.ts";

/** How many jobs the table shows. */
const MAX_ROWS = 100;

/** The table of jobs, newest first. */
export function createJobs(onSelect: (job: string) => void): { element: HTMLElement; update: (state: State) => void } {
  const body = h("tbody", {});
  const columns = ["Job", "Endpoint", "State", "Queue", "Run", "Worker"];
  const table = h(
    "table",
    {},
    h(
      "thead",
      {},
      h("tr", {}, ...columns.map((name) => h("th", { scope: "col", className: name.toLowerCase() }, name))),
    ),
    body,
  );
  const empty = h("p", { className: "empty" }, "No jobs yet. Send one here, from your app, or with curl.");
  const element = h(
    "section",
    { "aria-labelledby": "jobs-title" },
    h("h2", { id: "jobs-title" }, "Jobs"),
    empty,
    table,
  );
  return {
    element,
    update: (state) => {
      const jobs = [...state.jobs.values()].reverse().slice(0, MAX_ROWS);
      empty.hidden = jobs.length > 0;
      table.hidden = jobs.length === 0;
      keepList(body, jobs, {
        key: ({ id }) => id,
        create: ({ id }) => createRow(id, () => onSelect(id)),
        update: (row, job) => updateRow(row, job, state),
      });
    },
  };
}

function createRow(id: string, onSelect: () => void): HTMLElement {
  const short = id.replace(/^sync-/, "").slice(0, 8);
  return h(
    "tr",
    { onclick: onSelect },
    // The click of the button is also one of the row.
    h("td", { className: "job" }, h("button", { type: "button", "aria-label": `Job ${short}` }, short)),
    h("td", { className: "endpoint" }),
    h("td", { className: "state" }, h("span", {}), h("progress", { max: 1, hidden: true }), h("small", {})),
    h("td", { className: "queue" }),
    h("td", { className: "run" }),
    h("td", { className: "worker" }),
  );
}

function updateRow(row: HTMLElement, job: FeedJob, { selectedJob, clockOffset }: State): void {
  const now = Date.now() + clockOffset;
  const [id, endpoint, state, queue, run, worker] = row.children;
  const isSelected = job.id === selectedJob;
  row.classList.toggle("selected", isSelected);
  if (isSelected) id.firstElementChild!.setAttribute("aria-current", "true");
  else id.firstElementChild!.removeAttribute("aria-current");
  setText(endpoint, job.endpoint);
  const [status, progress, note] = state.children as unknown as [HTMLElement, HTMLProgressElement, HTMLElement];
  status.className = `status ${job.status}`;
  setText(status, statusText(job.status));
  progress.hidden = job.share === undefined;
  if (job.share !== undefined) {
    progress.value = job.share;
    progress.setAttribute("aria-label", "Progress");
  }
  setText(note, job.progress ?? job.error ?? (job.retries > 0 ? `run ${job.retries + 1} times` : ""));
  const waits = isOpen(job) && job.delayTime === undefined;
  setText(queue, duration(job.delayTime ?? (waits ? now - job.submittedAt : undefined)));
  const runs = isOpen(job) && job.status !== "IN_QUEUE" && job.startedAt !== undefined;
  setText(run, duration(job.executionTime ?? (runs ? now - job.startedAt! : undefined)));
  setText(worker, job.workerId ?? "");
}

/** A status in small letters, which are easier to read. */
export function statusText(status: string): string {
  return status.toLowerCase().replaceAll("_", " ");
}
