import type { FeedLine } from "../local/feed_message.ts";
import { fill, h } from "./dom.ts";
import type { State } from "./state.ts";
import { timeOfDay } from "./time.ts";

/** The log: what workers print and what happens. It follows the newest line until someone scrolls up. */
export function createLog(): { element: HTMLElement; update: (state: State) => void } {
  const list = h("ol", { className: "log", tabIndex: 0, role: "log", "aria-live": "off", "aria-label": "Log" });
  const source = h(
    "select",
    { id: "log-source", "aria-label": "Show the lines of" },
    h("option", { value: "" }, "everything"),
  );
  let shownTo = 0;
  let firstLine = 0;
  let shownSource = "";

  return {
    element: h(
      "section",
      { "aria-labelledby": "log-title", className: "log-section" },
      h("h2", { id: "log-title" }, "Log"),
      source,
      list,
    ),
    update: ({ lines }) => {
      const sources = [...new Set(lines.map((line) => line.source))];
      if (sources.length !== source.options.length - 1) {
        const chosen = source.value;
        fill(
          source,
          h("option", { value: "" }, "everything"),
          ...sources.map((name) => h("option", { value: name }, name)),
        );
        source.value = sources.includes(chosen) ? chosen : "";
      }
      const isReset = (lines[0]?.number ?? 0) < firstLine || source.value !== shownSource;
      if (isReset) {
        fill(list);
        shownTo = 0;
      }
      firstLine = lines[0]?.number ?? 0;
      shownSource = source.value;
      const isAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 30;
      const fresh = lines.filter(({ number, source }) =>
        number > shownTo && (shownSource === "" || source === shownSource)
      );
      if (lines.length > 0) shownTo = lines[lines.length - 1].number;
      list.append(...fresh.map(row));
      while (list.children.length > 1_000) list.firstElementChild!.remove();
      if (isAtEnd && fresh.length > 0) list.scrollTop = list.scrollHeight;
    },
  };
}

function row({ at, source, text, kind }: FeedLine): HTMLElement {
  return h("li", { className: kind }, h("time", {}, timeOfDay(at)), " ", h("b", {}, source), " ", h("span", {}, text));
}
