/** What an element can contain. Text is never read as HTML. */
export type Child = Node | string | undefined;

/** Properties of an element, and listeners by the name of their event with "on" before it. */
export type Properties = Record<string, unknown>;

/** Creates an element. Names with a hyphen, and `role` and `for`, are attributes; all others are properties. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties: Properties = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value as EventListener);
    else if (name.includes("-") || name === "role" || name === "for") element.setAttribute(name, String(value));
    else (element as unknown as Properties)[name] = value;
  }
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

/** Replaces the content of an element. */
export function fill(element: Element, ...children: Child[]): void {
  element.replaceChildren(...children.filter((child) => child !== undefined));
}

/** Sets a text, unless it is the same: a screen reader would read it again, and a selection would be lost. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Makes the children of an element those of a list of items, in its order. An item's element stays the same, with its
 * focus, for as long as the item is in the list.
 */
export function keepList<Item>(
  parent: Element,
  items: Item[],
  { key, create, update }: {
    key: (item: Item) => string;
    create: (item: Item) => HTMLElement;
    update: (element: HTMLElement, item: Item) => void;
  },
): void {
  const present = new Map(
    [...parent.children].map((child) => [(child as HTMLElement).dataset.key, child as HTMLElement]),
  );
  let before = parent.firstElementChild;
  for (const item of items) {
    const id = key(item);
    let element = present.get(id);
    present.delete(id);
    if (element === undefined) {
      element = create(item);
      element.dataset.key = id;
    }
    update(element, item);
    if (element === before) before = before.nextElementSibling;
    else parent.insertBefore(element, before);
  }
  for (const gone of present.values()) gone.remove();
}
