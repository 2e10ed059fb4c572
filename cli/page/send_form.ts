import type { FeedEndpoint } from "../local/feed_message.ts";
import type { Client } from "./client.ts";
import { fill, h } from "./dom.ts";
import { mediaIn } from "./media.ts";
import type { State } from "./state.ts";
import { showValue } from "./value.ts";

/** The form that sends jobs. */
export interface SendForm {
  element: HTMLElement;
  update: (state: State) => void;
  /** Chooses an endpoint and perhaps an input. */
  choose: (endpoint: string, input?: unknown) => void;
}

const CHAT = "chat/completions";

/** What the form starts with. */
const EXAMPLES = {
  job: { prompt: "A lighthouse at dusk" },
  openai: { model: "model", messages: [{ role: "user", content: "Tell me about lighthouses" }] },
};

/** Creates the form. */
export function createSendForm(client: Client, onSent: (job: string) => void): SendForm {
  const endpoint = h("input", { id: "send-endpoint", required: true, spellcheck: false, autocomplete: "off" });
  const options = h("datalist", { id: "send-endpoints" });
  endpoint.setAttribute("list", "send-endpoints");
  const how = h(
    "select",
    { id: "send-how" },
    h("option", { value: "job" }, "a job"),
    h("option", { value: "openai" }, "to an OpenAI route"),
  );
  const route = h("input", { id: "send-route", value: CHAT, spellcheck: false });
  const routeField = h(
    "div",
    { className: "field", hidden: true },
    h("label", { for: "send-route" }, "Route after /v1/"),
    route,
  );
  const bodyLabel = h("label", { for: "send-body" }, "Input (JSON)");
  const body = h("textarea", { id: "send-body", rows: 8, spellcheck: false, value: pretty(EXAMPLES.job) });
  const message = h("p", { role: "status", className: "message" });
  const answer = h("div", { className: "answer" });
  const button = h("button", { type: "submit", className: "main" }, "Send");
  let known = new Map<string, FeedEndpoint>();
  /** What the form has written itself, and may replace. */
  let written = body.value;

  const adapt = () => {
    const isModel = known.get(endpoint.value)?.kind === "model";
    (how.options[0] as HTMLOptionElement).disabled = isModel;
    if (isModel) how.value = "openai";
    if (body.value === written) {
      const example = known.get(endpoint.value)?.example ?? EXAMPLES.job;
      body.value = written = pretty(how.value === "job" ? example : EXAMPLES.openai);
    }
    routeField.hidden = how.value === "job";
    bodyLabel.textContent = how.value === "job" ? "Input (JSON)" : "Body (JSON)";
  };
  endpoint.addEventListener("input", adapt);
  how.addEventListener("change", adapt);
  // Enter alone makes a new line.
  body.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });

  async function send(): Promise<void> {
    let value: unknown;
    try {
      value = JSON.parse(body.value);
    } catch (error) {
      message.textContent = `The text is not JSON: ${(error as Error).message}`;
      body.focus();
      return;
    }
    button.disabled = true;
    message.textContent = "Sending";
    fill(answer);
    try {
      if (how.value === "job") {
        onSent(await client.run(endpoint.value, value));
        message.textContent = "Sent";
      } else {
        const text = await client.openai(endpoint.value, route.value.replace(/^\/+/, ""), value);
        message.textContent = "Answered";
        const parsed = parseOrText(text);
        fill(answer, ...mediaIn(parsed), showValue(parsed, "Answer"));
      }
    } catch (error) {
      message.textContent = (error as Error).message;
    } finally {
      button.disabled = false;
    }
  }

  const field = (label: string, control: HTMLElement) =>
    h("div", { className: "field" }, h("label", { for: control.id }, label), control);
  const form = h(
    "form",
    {
      onsubmit: (event: Event) => {
        event.preventDefault();
        void send();
      },
    },
    field("Endpoint", endpoint),
    options,
    field("Send", how),
    routeField,
    h("div", { className: "field" }, bodyLabel, body),
    h("p", { className: "buttons" }, button, h("small", {}, "or Ctrl+Enter")),
    message,
    answer,
  );
  return {
    element: h("section", { "aria-labelledby": "send-title" }, h("h2", { id: "send-title" }, "Send"), form),
    update: ({ endpoints }) => {
      known = new Map(endpoints.map((endpoint) => [endpoint.id, endpoint]));
      if (options.children.length !== endpoints.length) {
        fill(options, ...endpoints.map(({ id }) => h("option", { value: id })));
      }
      if (endpoint.value === "" && document.activeElement !== endpoint && endpoints.length > 0) {
        endpoint.value = endpoints[0].id;
        adapt();
      }
    },
    choose: (id, input) => {
      endpoint.value = id;
      how.value = "job";
      if (input !== undefined) body.value = pretty(input);
      adapt();
      body.focus();
      form.scrollIntoView({ block: "nearest" });
    },
  };
}

function pretty(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

function parseOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
