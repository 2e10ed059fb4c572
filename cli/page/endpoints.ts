import type { FeedEndpoint, FeedWorker } from "../local/feed_message.ts";
import { fill, h, keepList } from "./dom.ts";
import type { State } from "./state.ts";

/** The list of endpoints with their workers. Emulated ones that have had no job are folded. */
export function createEndpoints(
  onChoose: (endpoint: string) => void,
): { element: HTMLElement; update: (state: State) => void } {
  const used = h("ul", { className: "endpoints" });
  const rest = h("ul", { className: "endpoints" });
  const summary = h("summary", {}, "Runpod's public endpoints, emulated");
  const folded = h("details", {}, summary, rest);
  const fillList = (list: HTMLElement, endpoints: FeedEndpoint[], workers: FeedWorker[]) =>
    keepList(list, endpoints, {
      key: ({ id }) => id,
      create: ({ id }) => createEndpoint(id, () => onChoose(id)),
      update: (item, endpoint) =>
        updateEndpoint(item, endpoint, workers.filter((worker) => worker.endpoint === endpoint.id)),
    });
  return {
    element: h(
      "section",
      { "aria-labelledby": "endpoints-title" },
      h("h2", { id: "endpoints-title" }, "Endpoints"),
      used,
      folded,
    ),
    update: ({ endpoints, workers }) => {
      const isUsed = ({ kind, waiting, running, completed, failed }: FeedEndpoint) =>
        kind !== "emulated" || waiting + running + completed + failed > 0;
      fillList(used, endpoints.filter(isUsed), workers);
      fillList(rest, endpoints.filter((endpoint) => !isUsed(endpoint)), workers);
    },
  };
}

function createEndpoint(id: string, onChoose: () => void): HTMLElement {
  return h(
    "li",
    {},
    h("button", { type: "button", className: "name", title: "Write a job for it", onclick: onChoose }, id),
    h("span", { className: "about" }),
    h("span", { className: "counts" }),
    h("ul", { className: "workers", "aria-label": `Workers of ${id}` }),
  );
}

const KINDS = { workers: "your workers", model: "a model server", emulated: "emulated" };

function updateEndpoint(item: HTMLElement, endpoint: FeedEndpoint, workers: FeedWorker[]): void {
  const [, about, counts, list] = item.children;
  const { kind, waiting, running, completed, failed } = endpoint;
  const details = `${KINDS[kind]}${endpoint.about === undefined ? "" : `: ${endpoint.about}`}`;
  if (about.textContent !== details) about.textContent = details;
  const isQuiet = kind === "model" || kind === "emulated" && waiting + running + completed + failed === 0;
  const numbers = isQuiet ? "" : `${waiting} waiting · ${running} running · ${completed} done · ${failed} failed`;
  if (counts.textContent !== numbers) counts.textContent = numbers;
  (list as HTMLElement).hidden = kind !== "workers";
  if (workers.length === 0) {
    if (list.firstElementChild?.className !== "none") fill(list, h("li", { className: "none" }, "no workers"));
    return;
  }
  list.querySelector(".none")?.remove();
  keepList(list, workers, {
    key: ({ id }) => id,
    create: () => h("li", {}),
    update: (row, { id, state, jobs, completed, failed, version, problem }) => {
      row.className = `worker ${state}`;
      const parts = [`${id}: ${problem ?? state}`];
      if (jobs.length > 1) parts.push(`${jobs.length} jobs`);
      if (completed + failed > 0) parts.push(`${completed} done`);
      if (version !== undefined) parts.push(`runpod ${version}`);
      const text = parts.join(" · ");
      if (row.textContent !== text) row.textContent = text;
    },
  });
}
