import { type Child, h } from "./dom.ts";

/** The first letters of files in base64, with their media types. */
const BASE64_STARTS: Array<[start: string, mediaType: string]> = [
  ["iVBORw0KGgo", "image/png"],
  ["/9j/", "image/jpeg"],
  ["R0lGOD", "image/gif"],
  ["SUQz", "audio/mpeg"],
  ["//uQ", "audio/mpeg"],
  ["//NE", "audio/mpeg"],
  ["T2dnUw", "audio/ogg"],
  ["ZkxhQw", "audio/flac"],
  ["GkXfo", "video/webm"],
];

/** Extensions of files at URLs, with the kinds of their media types. */
const EXTENSIONS: Record<string, string> = {
  png: "image",
  jpg: "image",
  jpeg: "image",
  gif: "image",
  webp: "image",
  mp4: "video",
  webm: "video",
  mov: "video",
  wav: "audio",
  mp3: "audio",
  flac: "audio",
  ogg: "audio",
  opus: "audio",
};

/** A file in an output. */
interface Found {
  path: string;
  kind: string;
  /** Where it can be loaded from; undefined if it is elsewhere and only linked. */
  source?: string;
  link?: string;
}

/** How many values of an output are looked at, and how many files are shown. */
const MAX_VALUES = 10_000;
const MAX_FILES = 24;

/** Shows the pictures, sounds and videos in an output. Files on other hosts are only linked: the page loads nothing of them. */
export function mediaIn(output: unknown): Child[] {
  return filesIn(output).map(({ path, kind, source, link }) => {
    const caption = h("figcaption", {}, path === "" ? kind : path, " ");
    if (source === undefined) {
      caption.append(h("a", { href: link, target: "_blank", rel: "noopener noreferrer" }, link));
      return h("figure", { className: "linked" }, caption);
    }
    if (!source.startsWith("data:")) {
      caption.append(h("a", { href: source, target: "_blank", rel: "noopener" }, "open"));
    }
    const shown = kind === "image"
      ? h("img", { src: source, alt: `Picture from ${path || "the output"}`, loading: "lazy" })
      : h(kind as "video" | "audio", {
        src: source,
        controls: true,
        "aria-label": `${kind} from ${path || "the output"}`,
      });
    return h("figure", {}, shown, caption);
  });
}

function filesIn(output: unknown): Found[] {
  const found: Found[] = [];
  let seen = 0;
  const visit = (value: unknown, path: string, depth: number) => {
    if (++seen > MAX_VALUES || depth > 12 || found.length >= MAX_FILES) return;
    if (typeof value === "string") {
      const file = fileIn(value);
      if (file !== undefined && !found.some(({ source }) => source !== undefined && source === file.source)) {
        found.push({ path, ...file });
      }
    } else if (value !== null && typeof value === "object") {
      for (const [key, child] of Object.entries(value)) visit(child, path === "" ? key : `${path}.${key}`, depth + 1);
    }
  };
  visit(output, "", 0);
  return found;
}

function fileIn(text: string): Omit<Found, "path"> | undefined {
  const kindOfData = /^data:(image|audio|video)\/[\w.+-]+;base64,/.exec(text.slice(0, 100))?.[1];
  if (kindOfData !== undefined) return { kind: kindOfData, source: text };
  if (/^https?:\/\//.test(text) && text.length < 4_000 && URL.canParse(text)) {
    const url = new URL(text);
    const kind = EXTENSIONS[url.pathname.split(".").at(-1)!.toLowerCase()];
    if (kind === undefined) return undefined;
    return url.origin === location.origin ? { kind, source: url.href } : { kind, link: url.href };
  }
  if (text.length < 100 || !/^[A-Za-z0-9+/\s]+={0,2}\s*$/.test(text.slice(0, 200))) return undefined;
  const mediaType = mediaTypeOfBase64(text);
  if (mediaType === undefined) return undefined;
  return { kind: mediaType.split("/")[0], source: `data:${mediaType};base64,${text}` };
}

function mediaTypeOfBase64(text: string): string | undefined {
  const known = BASE64_STARTS.find(([start]) => text.startsWith(start))?.[1];
  if (known !== undefined) return known;
  let head: string;
  try {
    head = atob(text.slice(0, 16));
  } catch {
    return undefined;
  }
  if (head.startsWith("RIFF")) return head.slice(8, 12) === "WAVE" ? "audio/wav" : "image/webp";
  return head.slice(4, 8) === "ftyp" ? "video/mp4" : undefined;
}
