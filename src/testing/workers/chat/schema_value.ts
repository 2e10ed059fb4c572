import { hash, uuid } from "../../common/hash.ts";
import { isRecord } from "../../common/json.ts";
import { words } from "../../common/words.ts";
import { numbers, properName, quoted, titleCase, topic } from "./prompt.ts";

type Schema = Record<string, unknown>;

/** The place in the value that is written, and what the prompt offers for it. */
interface Place {
  root: unknown;
  prompt: string;
  /** Numbers of the prompt that no property has used yet. */
  numbers: number[];
  name: string;
  parent: string;
  index: number;
  depth: number;
}

/** Below this depth only required properties are written, so that recursive schemas end. */
const MAX_DEPTH = 5;

/**
 * Writes a value that satisfies a JSON schema, with words and numbers of the prompt where they fit a property's name.
 *
 * `pattern`, `not`, `if`, `uniqueItems`, `dependentSchemas` and remote references are ignored.
 */
export function valueOf(schema: unknown, prompt: string): unknown {
  return write(schema, {
    root: schema,
    prompt,
    numbers: numbers(prompt),
    name: "value",
    parent: "",
    index: 0,
    depth: 0,
  });
}

function write(given: unknown, place: Place): unknown {
  const schema = flatten(given, place, 0);
  if ("const" in schema) return schema.const;
  if (Array.isArray(schema.enum)) return choose(schema.enum, place);
  switch (typeOf(schema)) {
    case "object":
      return writeObject(schema, place);
    case "array":
      return writeArray(schema, place);
    case "integer":
      return writeNumber(schema, place, true);
    case "number":
      return writeNumber(schema, place, false);
    case "boolean":
      return true;
    case "null":
      return null;
    default:
      return writeString(schema, place);
  }
}

/** Merges `$ref`, `allOf`, `anyOf` and `oneOf` into one schema. */
function flatten(given: unknown, place: Place, hops: number): Schema {
  if (!isRecord(given) || hops > 32) return {};
  const { $ref, allOf, anyOf, oneOf, ...own } = given;
  let merged: Schema = own;
  const add = (part: unknown) => merged = merge(merged, flatten(part, place, hops + 1));
  if (typeof $ref === "string") add(resolve($ref, place.root));
  if (Array.isArray(allOf)) allOf.forEach(add);
  for (const branches of [anyOf, oneOf]) {
    if (!Array.isArray(branches) || branches.length === 0) continue;
    const ending = place.depth >= MAX_DEPTH
      ? branches.find((branch) => isRecord(branch) && !("$ref" in branch))
      : undefined;
    add(ending ?? branches[0]);
  }
  return merged;
}

function merge(left: Schema, right: Schema): Schema {
  const merged: Schema = { ...left, ...right };
  if (isRecord(left.properties) && isRecord(right.properties)) {
    merged.properties = { ...left.properties, ...right.properties };
  }
  if (Array.isArray(left.required) && Array.isArray(right.required)) {
    merged.required = [...left.required, ...right.required];
  }
  return merged;
}

function resolve(reference: string, root: unknown): unknown {
  if (!reference.startsWith("#")) return {};
  let target: unknown = root;
  for (const part of reference.slice(1).split("/").slice(1)) {
    const key = decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
    target = target !== null && typeof target === "object" ? (target as Schema)[key] : undefined;
  }
  return target;
}

function typeOf(schema: Schema): unknown {
  const type = Array.isArray(schema.type) ? schema.type.find((name) => name !== "null") ?? "null" : schema.type;
  if (type !== undefined) return type;
  if (isRecord(schema.properties) || Array.isArray(schema.required)) return "object";
  if (schema.items !== undefined || schema.prefixItems !== undefined) return "array";
  if (schema.minimum !== undefined || schema.maximum !== undefined) return "number";
  return "string";
}

/** Picks the value that the prompt names, or else the first. The items of a list take one value after another. */
function choose(values: unknown[], place: Place): unknown {
  const prompt = place.prompt.toLowerCase();
  const named = values.find((value) =>
    typeof value === "string" && value !== "" && prompt.includes(value.toLowerCase())
  );
  return place.index === 0 && named !== undefined ? named : values[place.index % values.length];
}

function writeObject(schema: Schema, place: Place): Schema {
  const properties = isRecord(schema.properties) ? schema.properties : {};
  const required = Array.isArray(schema.required) ? schema.required.map(String) : [];
  const optional = place.depth < MAX_DEPTH ? Object.keys(properties) : [];
  // In the order of the schema, as models write it.
  const names = Object.keys(properties).filter((name) => optional.includes(name) || required.includes(name));
  const rest = schema.additionalProperties;
  for (const name of required) if (!names.includes(name)) names.push(name);
  if (names.length === 0 && isRecord(rest) && place.depth < MAX_DEPTH) names.push(topic(place.prompt).split(" ")[0]);
  const entries = names.map((name) => {
    const inner = { ...place, name, parent: place.name, depth: place.depth + 1 };
    return [name, write(Object.hasOwn(properties, name) ? properties[name] : rest, inner)];
  });
  return Object.fromEntries(entries);
}

function writeArray(schema: Schema, place: Place): unknown[] {
  const tuple = Array.isArray(schema.prefixItems)
    ? schema.prefixItems
    : Array.isArray(schema.items)
    ? schema.items
    : [];
  const least = Math.max(numberOr(schema.minItems, 0), tuple.length);
  const usual = tuple.length > 0 ? tuple.length : place.depth < MAX_DEPTH ? 3 : 0;
  const count = Math.max(least, Math.min(usual, numberOr(schema.maxItems, usual)));
  return Array.from({ length: count }, (_, index) => {
    const item = index < tuple.length ? tuple[index] : Array.isArray(schema.items) ? {} : schema.items;
    return write(item, { ...place, index, depth: place.depth + 1 });
  });
}

function writeNumber(schema: Schema, place: Place, integer: boolean): number {
  const step = numberOr(schema.multipleOf, integer ? 1 : 0);
  const gap = step || 0.5;
  const low = Math.max(numberOr(schema.minimum, -Infinity), numberOr(schema.exclusiveMinimum, -Infinity) + gap);
  const high = Math.min(numberOr(schema.maximum, Infinity), numberOr(schema.exclusiveMaximum, Infinity) - gap);
  let value = place.numbers.shift() ?? likelyNumber(place, high);
  if (integer) value = Math.round(value);
  if (low > high) {
    // The open interval is narrower than two gaps, so only its middle is surely inside.
    value = (numberOr(schema.exclusiveMinimum, low) + numberOr(schema.exclusiveMaximum, high)) / 2;
  } else if (value < low) value = low;
  else if (value > high) value = high;
  if (step > 0) {
    value = Math.ceil(value / step) * step;
    if (value > high) value -= step;
  }
  return value;
}

function likelyNumber(place: Place, high: number): number {
  const name = words(place.name).join(" ");
  if (high <= 1) return 0.9;
  if (/\byear\b/.test(name)) return 2026;
  if (/\btemp(erature)?\b/.test(name)) return 21;
  if (/\bage\b/.test(name)) return 34;
  if (/\b(minutes|calories|grams)\b/.test(name)) return 25 + 5 * place.index;
  return 2 + place.index + hash(place.name + place.prompt) % 6;
}

const formats: Record<string, (place: Place) => string> = {
  "date-time": () => "2026-01-15T09:30:00Z",
  date: () => "2026-01-15",
  time: () => "09:30:00Z",
  duration: () => "PT15M",
  email: ({ index }) => `${["ada", "grace", "alan"][index % 3]}@example.com`,
  uri: ({ prompt }) => `https://example.com/${encodeURIComponent(topic(prompt).toLowerCase().replaceAll(" ", "-"))}`,
  uuid: ({ prompt, name, index }) => uuid(`${prompt}${name}${index}`),
  hostname: () => "example.com",
  ipv4: () => "192.0.2.1",
  ipv6: () => "2001:db8::1",
};
formats.url = formats.uri;

/** The text of a property by the words of its name. The first pattern that fits wins. */
const likelyStrings: Array<[RegExp, (place: Place) => string]> = [
  [/\b(city|location|place|town|destination|where)\b/, ({ prompt }) => properName(prompt) ?? "San Francisco"],
  [/\bcountry\b/, ({ prompt }) => properName(prompt) ?? "Portugal"],
  [/\bemail\b/, formats.email],
  [/\b(url|link|website)\b/, formats.uri],
  [/\b(date|day|when|birthday)\b/, formats.date],
  [/\bunits?\b/, ({ prompt }) => /weather|temperature|degree|warm|cold/i.test(prompt) ? "celsius" : "g"],
  [/\b(amount|quantity)\b/, ({ index }) => ["200 g", "2 tablespoons", "1 cup"][index % 3]],
  [/\bingredients?\b/, ({ index }) => ["ripe tomatoes", "olive oil", "fresh basil"][index % 3]],
  [/\b(steps?|instructions?|method|directions?)\b/, ({ prompt, index }) =>
    [
      `Gather everything for the ${topic(prompt)}.`,
      "Combine it gently and give it the time it needs.",
      "Taste, adjust and serve.",
    ][index % 3]],
  [/\b(tags?|keywords?|topics?|genres?|category|categories|theme)\b/, ({ prompt, index }) => {
    const parts = topic(prompt).toLowerCase().split(" ");
    return index < parts.length ? parts[index] : `idea ${index + 1}`;
  }],
  [
    /\b(authors?|person|people|users?|first name|last name|characters?)\b/,
    ({ index }) => ["Ada Lovelace", "Grace Hopper", "Alan Turing"][index % 3],
  ],
  [/\b(name|title|label|heading)\b/, ({ prompt, index }) => {
    const title = titleCase(quoted(prompt) ?? topic(prompt));
    return index === 0 ? title : `${title} ${index + 1}`;
  }],
  [/\b(query|question|search|expression|prompt|input|code)\b/, ({ prompt }) => quoted(prompt) ?? (prompt || "hello")],
  [
    /\b(description|summary|content|text|body|message|answer|explanation|reason|reasoning)\b/,
    ({ prompt }) => `A few words about ${topic(prompt)}.`,
  ],
  [/\bcolou?rs?\b/, ({ index }) => ["blue", "green", "amber"][index % 3]],
  [/\blanguage\b/, () => "English"],
  [/\bid$/, ({ name, index }) => `${words(name)[0]}-${index + 1}`],
];

function writeString(schema: Schema, place: Place): string {
  const format = typeof schema.format === "string" ? formats[schema.format] : undefined;
  if (format !== undefined) return format(place);
  let text = likelyString(place);
  const least = numberOr(schema.minLength, 0);
  while (text.length < least) text = `${text} ${text || "more"}`;
  const most = Math.max(numberOr(schema.maxLength, Infinity), 0);
  return text.length > most ? text.slice(0, most) : text;
}

function likelyString(place: Place): string {
  const own = words(place.name).join(" "), parent = words(place.parent).join(" ");
  // Inside a list of ingredients or people, the list's name tells more than "name" does.
  const isListed = /^(name|title|value|text|description)$/.test(own) &&
    /^(ingredient|step|instruction|author|character|people|user)s?$/.test(parent);
  const found = likelyStrings.find(([pattern]) => pattern.test(isListed ? parent : own));
  if (found) return found[1](place);
  return place.index === 0 ? quoted(place.prompt) ?? topic(place.prompt) : `${topic(place.prompt)} ${place.index + 1}`;
}

function numberOr(value: unknown, fallback: number): number {
  return typeof value === "number" ? value : fallback;
}
