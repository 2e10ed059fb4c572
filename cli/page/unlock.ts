import { h } from "./dom.ts";

/** Asks for the key. */
export function createUnlock(note: string, onKey: (key: string) => void): HTMLElement {
  const input = h("input", { id: "key", type: "password", required: true, autocomplete: "off" });
  return h(
    "main",
    { className: "unlock" },
    h("h1", {}, "Local Runpod"),
    h("p", { role: "status" }, note),
    h(
      "form",
      {
        onsubmit: (event: Event) => {
          event.preventDefault();
          onKey(input.value.trim());
        },
      },
      h("label", { for: "key" }, "Key"),
      input,
      h("button", { type: "submit", className: "main" }, "Open"),
    ),
    h("p", {}, "The key is what the command printed as RUNPOD_API_KEY."),
  );
}
