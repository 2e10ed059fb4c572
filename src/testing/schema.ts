import { hash, uuid } from "./digest.ts";
import { numbers, properName, quoted, titleCase, topic, words } from "./prompt.ts";

type Schema = Record<string, unknown>;

/** Where in the value we are, and what is left of the prompt to draw from. */
interface Spot {
  root: unknown;
  prompt: string;
  /** Numbers of the prompt that no property has taken yet. */
  numbers: number[];
  name: string;
  parent: string;
  index: number;
  depth: number;
}

/** Below this depth only what a schema demands is written, so that recursive schemas end. */
const deepest = 5;

/**
 * A value that satisfies a JSON schema, with words and numbers of the prompt where they fit the property names.
 * `pattern`, `not`, `if`, `uniqueItems`, `dependentSchemas` and remote references are not honoured.
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

function write(given: unknown, spot: Spot): unknown {
  const schema = flatten(given, spot, 0);
  if ("const" in schema) return schema.const;
  if (Array.isArray(schema.enum)) return choose(schema.enum, spot);
  switch (typeOf(schema)) {
    case "object":
      return writeObject(schema, spot);
    case "array":
      return writeArray(schema, spot);
    case "integer":
      return writeNumber(schema, spot, true);
    case "number":
      return writeNumber(schema, spot, false);
    case "boolean":
      return true;
    case "null":
      return null;
    default:
      return writeString(schema, spot);
  }
}

/** One schema without `$ref`, `allOf`, `anyOf` and `oneOf`. */
function flatten(given: unknown, spot: Spot, hops: number): Schema {
  if (!isSchema(given) || hops > 32) return {};
  const { $ref, allOf, anyOf, oneOf, ...own } = given;
  let merged: Schema = own;
  const add = (part: unknown) => merged = merge(merged, flatten(part, spot, hops + 1));
  if (typeof $ref === "string") add(resolve($ref, spot.root));
  if (Array.isArray(allOf)) allOf.forEach(add);
  for (const branches of [anyOf, oneOf]) {
    if (!Array.isArray(branches) || branches.length === 0) continue;
    const ending = spot.depth >= deepest
      ? branches.find((branch) => isSchema(branch) && !("$ref" in branch))
      : undefined;
    add(ending ?? branches[0]);
  }
  return merged;
}

function merge(left: Schema, right: Schema): Schema {
  const merged: Schema = { ...left, ...right };
  if (isSchema(left.properties) && isSchema(right.properties)) {
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
  if (isSchema(schema.properties) || Array.isArray(schema.required)) return "object";
  if (schema.items !== undefined || schema.prefixItems !== undefined) return "array";
  if (schema.minimum !== undefined || schema.maximum !== undefined) return "number";
  return "string";
}

/** The value that the prompt names, else the first; neighbours in a list take neighbours in the enumeration. */
function choose(values: unknown[], spot: Spot): unknown {
  const prompt = spot.prompt.toLowerCase();
  const named = values.find((value) =>
    typeof value === "string" && value !== "" && prompt.includes(value.toLowerCase())
  );
  return spot.index === 0 && named !== undefined ? named : values[spot.index % values.length];
}

function writeObject(schema: Schema, spot: Spot): Schema {
  const properties = isSchema(schema.properties) ? schema.properties : {};
  const required = Array.isArray(schema.required) ? schema.required.map(String) : [];
  const optional = spot.depth < deepest ? Object.keys(properties) : [];
  // Own keys only, and none twice; the order is the schema's, which is what models write.
  const names = Object.keys(properties).filter((name) => optional.includes(name) || required.includes(name));
  const rest = schema.additionalProperties;
  for (const name of required) if (!names.includes(name)) names.push(name);
  if (names.length === 0 && isSchema(rest) && spot.depth < deepest) names.push(topic(spot.prompt).split(" ")[0]);
  const entries = names.map((name) => {
    const inner = { ...spot, name, parent: spot.name, depth: spot.depth + 1 };
    return [name, write(Object.hasOwn(properties, name) ? properties[name] : rest, inner)];
  });
  return Object.fromEntries(entries);
}

function writeArray(schema: Schema, spot: Spot): unknown[] {
  const tuple = Array.isArray(schema.prefixItems)
    ? schema.prefixItems
    : Array.isArray(schema.items)
    ? schema.items
    : [];
  const least = Math.max(numberOr(schema.minItems, 0), tuple.length);
  const usual = tuple.length > 0 ? tuple.length : spot.depth < deepest ? 3 : 0;
  const count = Math.max(least, Math.min(usual, numberOr(schema.maxItems, usual)));
  return Array.from({ length: count }, (_, index) => {
    const item = index < tuple.length ? tuple[index] : Array.isArray(schema.items) ? {} : schema.items;
    return write(item, { ...spot, index, depth: spot.depth + 1 });
  });
}

function writeNumber(schema: Schema, spot: Spot, integer: boolean): number {
  const step = numberOr(schema.multipleOf, integer ? 1 : 0);
  const gap = step || 0.5;
  const low = Math.max(numberOr(schema.minimum, -Infinity), numberOr(schema.exclusiveMinimum, -Infinity) + gap);
  const high = Math.min(numberOr(schema.maximum, Infinity), numberOr(schema.exclusiveMaximum, Infinity) - gap);
  let value = spot.numbers.shift() ?? likelyNumber(spot, high);
  if (integer) value = Math.round(value);
  if (low > high) {
    // An open interval that is narrower than two of our gaps: its middle is inside.
    value = (numberOr(schema.exclusiveMinimum, low) + numberOr(schema.exclusiveMaximum, high)) / 2;
  } else if (value < low) value = low;
  else if (value > high) value = high;
  if (step > 0) {
    value = Math.ceil(value / step) * step;
    if (value > high) value -= step;
  }
  return value;
}

function likelyNumber(spot: Spot, high: number): number {
  const name = words(spot.name).join(" ");
  if (high <= 1) return 0.9;
  if (/\byear\b/.test(name)) return 2026;
  if (/\btemp(erature)?\b/.test(name)) return 21;
  if (/\bage\b/.test(name)) return 34;
  if (/\b(minutes|calories|grams)\b/.test(name)) return 25 + 5 * spot.index;
  return 2 + spot.index + hash(spot.name + spot.prompt) % 6;
}

const formats: Record<string, (spot: Spot) => string> = {
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

/** What to write for a property whose name has one of these words; the first pattern that fits wins. */
const likelyStrings: Array<[RegExp, (spot: Spot) => string]> = [
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

function writeString(schema: Schema, spot: Spot): string {
  const format = typeof schema.format === "string" ? formats[schema.format] : undefined;
  if (format !== undefined) return format(spot);
  let text = likelyString(spot);
  const least = numberOr(schema.minLength, 0);
  while (text.length < least) text = `${text} ${text || "more"}`;
  const most = Math.max(numberOr(schema.maxLength, Infinity), 0);
  return text.length > most ? text.slice(0, most) : text;
}

function likelyString(spot: Spot): string {
  const own = words(spot.name).join(" "), parent = words(spot.parent).join(" ");
  // In a list of ingredients or people, "name" means one of those: there the list tells more than the property.
  const isListed = /^(name|title|value|text|description)$/.test(own) &&
    /^(ingredient|step|instruction|author|character|people|user)s?$/.test(parent);
  const found = likelyStrings.find(([pattern]) => pattern.test(isListed ? parent : own));
  if (found) return found[1](spot);
  return spot.index === 0 ? quoted(spot.prompt) ?? topic(spot.prompt) : `${topic(spot.prompt)} ${spot.index + 1}`;
}

function numberOr(value: unknown, fallback: number): number {
  return typeof value === "number" ? value : fallback;
}

function isSchema(value: unknown): value is Schema {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
