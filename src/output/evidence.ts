/**
 * What tells the kind of a file in an output, as data: the declared type, the name, the first bytes, and the keys on the
 * way to it.
 *
 * @module
 */
import { detectMediaType } from "@ai-sdk/provider-utils";
import { mediaTypeOf, typeOfExtension } from "../files/file_url.ts";

/** What kind of file a model makes. */
export type FileKind = "image" | "video" | "audio";

/** What the keys on the way to a value say of it. */
export interface Place {
  /** The nearest key that names a kind of file. */
  naming: string;
  /** Whether the last key is one of those that hold results of any kind. */
  isUsual: boolean;
  /** Whether the last key itself names a kind, or is a usual one. */
  isTelling: boolean;
  /** Whether a key says that the value is not the result: a preview, an echo of the input, metadata. */
  isDecoy: boolean;
  /** Whether a key says that the value is rather not the result. */
  isDoubtful: boolean;
  /** The media type that is declared beside the value. */
  declared?: string;
}

const KINDS: Readonly<Record<FileKind, RegExp>> = {
  image: /image|img|picture|photo|png|jpe?g|webp/,
  video: /video|film|movie|clip|mp4|webm|gif|animation/,
  audio: /audio|sound|speech|voice|wav|mp3|flac|ogg|opus|music|song|tts/,
};
const NAMES_A_KIND = new RegExp(Object.values(KINDS).map(({ source }) => source).join("|"));

/** Keys that hold a result of any kind. All words of a key have to be such. */
const USUAL =
  /^(?:(?:url|uri|link|href|result|output|data|file|content|message|base64|b64|json|response|artifact|media|asset|download|body|value|generated|payload|src|path|item|final|public|signed|presigned|s3|cdn)s?_*\d*_*)+$/;
const DECOY =
  /(?:^|_)(?:previews?|thumb\w*|posters?|placeholder|blur\w*|lqip|icon|logo|avatar|inputs?|init|references?|ref|masks?|control\w*|condition\w*|meta|metadata|params|parameters|request|config|settings|prompt|workflow|temp|debug)(?:_|\d|$)/;
const DOUBTFUL = /(?:^|_)(?:cover|original|source|frames?|samples?|before|intermediate|grid)(?:_|\d|$)/;
/** Keys of addresses that are not files, whatever else they name. */
const ADDRESS =
  /(?:^|_)(?:models?|docs?|licen\w+|webhook|callback|status|loras?|checkpoint|repo\w*|profile|help|info|page|site|cancel|logs?)(?:_|$)/;

/** Keys beside a file that declare its media type, strongest first, and those that hold its name. */
const TYPE_KEYS = [/^(content|mime|media)?_?type$|^mime$/, /(^|_)format$|^ext(ension)?$/, /^(file_?)?name$|path$/];
const [, , NAME] = TYPE_KEYS;
/** Keys beside a file whose value says what it is, as a key would. */
const LABEL = /^(type|kind|role|label)$/;

/** The words of a key, in lower case. Keys come from the worker, and may be of any length. */
function wordsOf(key: string): string {
  return key.slice(0, 100).replace(/([a-z])([A-Z])/g, "$1_$2").replace(/[^A-Za-z0-9]+/g, "_").toLowerCase();
}

/** What the fields of an object say of the files beside them. */
export interface Fields {
  /** The declared media type. */
  declared?: string;
  /** What the object is called. */
  label: string;
}

/** Reads what the fields of an object say of the files in it. */
export function readFields(entries: Array<[string, unknown]>): Fields {
  const texts = entries.flatMap(([key, value]): Array<[string, string]> =>
    typeof value === "string" && value.length <= 300 ? [[wordsOf(key), value]] : []
  );
  const types = TYPE_KEYS.flatMap((keys) =>
    texts.flatMap(([key, value]) => keys.test(key) ? typeOf(value, keys === NAME) ?? [] : [])
  );
  const label = texts.filter(([key]) => LABEL.test(key)).map(([, value]) => wordsOf(value)).join("_");
  return { declared: types[0], label };
}

/** A media type, or the one that a format (`mp3_44100_128`) or a file's name stands for. */
function typeOf(value: string, isName: boolean): string | undefined {
  const [, mediaType] = /^\s*((?:image|video|audio)\/[\w.+-]+)/i.exec(value) ?? [];
  return mediaType?.toLowerCase() ?? typeOfExtension((isName ? /\.(\w+)$/ : /^\.?([a-z0-9]+)/i).exec(value)?.[1]);
}

/** Where an output begins. */
export const ROOT: Place = { naming: "", isUsual: true, isTelling: true, isDecoy: false, isDoubtful: false };

/** The place of a value under a key. */
export function placeUnder(at: Place, key: string, { declared = at.declared, label }: Fields): Place {
  const words = wordsOf(key);
  const isUsual = USUAL.test(words);
  const namesKind = NAMES_A_KIND.test(words);
  const text = `${words}_${label}`;
  const isTelling = isUsual || namesKind;
  // What is declared beside several files is not of those whose key names another kind.
  const isDeclared = declared !== undefined && (namesKind ? names(words, kindOf(declared)) : isUsual);
  return {
    naming: NAMES_A_KIND.test(text) || ADDRESS.test(words) ? text : at.naming,
    isUsual,
    isTelling,
    isDecoy: at.isDecoy || DECOY.test(text),
    isDoubtful: at.isDoubtful || DOUBTFUL.test(text),
    declared: isDeclared ? declared : undefined,
  };
}

/** The media type that the first bytes of base64 show, which words may look like. */
export function typeOfBase64(text: string): string | undefined {
  // The tag before the sound of an MP3 may hold a picture of any size, so the sound itself is not looked for.
  if (text.startsWith("SUQz")) return "audio/mpeg";
  const type = detectMediaType({ data: text.slice(0, 24) });
  if (type === "video/mp4" && atob(text.slice(0, 24)).startsWith("M4A", 8)) return "audio/mp4";
  return type === "audio/webm" ? "video/webm" : type;
}

/** The media type of a URL or of base64, out of all that tells it, strongest first. */
export function mediaTypeAt(
  { declared }: Place,
  { url, own, shown }: { url?: string; own?: string; shown?: string },
): string | undefined {
  const told = [own, declared].find((type) => type && /^(image|video|audio)\//.test(type));
  if (url !== undefined) return told ?? mediaTypeOf(url);
  if (told === undefined || shown === undefined) return told ?? shown;
  // The bytes win where they are of another kind, unless they may be anything.
  const isOne = kindOf(told) === kindOf(shown) || MAY_BE[shown] === kindOf(told) || RAW.test(told);
  return isOne ? told : shown;
}

const RAW = /pcm|\/(l16|raw|basic)|law/;

/** Containers and animations, and what else they may be. */
const MAY_BE: Readonly<Record<string, FileKind | undefined>> = {
  "image/gif": "video",
  "video/mp4": "audio",
  "video/webm": "audio",
};

/**
 * Rates a file as the result of a kind: 0 where it is not, else the higher the more tells so. Its own type counts more
 * than its key.
 */
export function rate(place: Place, kind: FileKind, type: string | undefined, isFileName: boolean): number {
  const { naming, isUsual, isTelling, isDecoy, isDoubtful } = place;
  if (isDecoy) return 0;
  const isNamed = names(naming, kind);
  const isOther = !isNamed && NAMES_A_KIND.test(naming);
  const byKey = isNamed ? (isTelling ? 2 : 1) : isTelling && !isOther ? 1 : 0;
  const doubt = isDoubtful ? 2.5 : 0;
  if (type === undefined) {
    if (ADDRESS.test(naming) || (!isNamed && (isOther || !isUsual || !isFileName))) return 0;
    return Math.max(0.1, byKey - doubt);
  }
  const other = MAY_BE[type];
  if (kindOf(type) !== kind) return other === kind && isNamed ? Math.max(0.1, byKey - 0.5 - doubt) : 0;
  // A film under a key that names only sound is sound.
  if (other !== undefined && isOther && names(naming, other)) return 0;
  return 3 + byKey - doubt;
}

function names(naming: string, kind: string): boolean {
  return KINDS[kind as FileKind].test(naming);
}

function kindOf(mediaType: string): string {
  return mediaType.split("/")[0];
}
