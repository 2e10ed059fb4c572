/**
 * The steps of the demo.
 *
 * @module
 */
import type { RunpodJobUpdate, RunpodProvider } from "@runpod/ai-sdk-provider";
import {
  cosineSimilarity,
  embedMany,
  experimental_generateVideo as generateVideo,
  generateImage,
  generateSpeech,
  generateText,
  isStepCount,
  Output,
  rerank,
  streamText,
  tool,
  transcribe,
} from "ai";
import { z } from "zod";
import { dim, say, showProgress, withProgress, write } from "./demo_screen.ts";

const CHAT_MODEL = "qwen/qwen3-32b-awq";
const IMAGE_MODEL = "qwen/qwen-image";
const VIDEO_MODEL = "pruna/p-video";
const SPEECH_MODEL = "resembleai/chatterbox-turbo";
/** Endpoints of the emulator only, because Runpod has no public ones of these kinds. */
export const WHISPER_ENDPOINT = "my-whisper";
export const INFINITY_ENDPOINT = "my-infinity";
export const BASE_ENDPOINT = "my-base-model";

/** What every step gets. */
export interface Demo {
  runpod: RunpodProvider;
  abortSignal: AbortSignal;
  /** Sets the function that is called with job updates from now on. */
  onJob: (listener: (update: RunpodJobUpdate) => void) => void;
}

async function streamAText({ runpod, abortSignal }: Demo): Promise<void> {
  const prompt = "Why do lighthouses blink?";
  say(`  ${dim("prompt")}  ${prompt}`);
  const stopProgress = showProgress("waiting for a worker");
  const result = streamText({
    model: runpod(CHAT_MODEL),
    prompt,
    abortSignal,
    // The loop below throws errors, so they need not be logged as well.
    onError: () => {},
  });
  let isFirst = true;
  for await (const part of result.fullStream) {
    if (part.type === "error") {
      stopProgress();
      if (!isFirst) write("\n");
      throw part.error;
    }
    if (part.type !== "text-delta") continue;
    if (isFirst) {
      stopProgress();
      write(`  ${dim("answer")}  `);
    }
    isFirst = false;
    write(part.text);
  }
  const { outputTokens } = await result.usage;
  say(`\n  ${dim(`${outputTokens} tokens, streamed`)}`);
}

async function callATool({ runpod, abortSignal }: Demo): Promise<void> {
  const prompt = "What is the weather like in Lisbon?";
  say(`  ${dim("prompt")}  ${prompt}`);
  const { text, steps } = await withProgress("waiting for the answer", () =>
    generateText({
      model: runpod(CHAT_MODEL),
      prompt,
      abortSignal,
      stopWhen: isStepCount(3),
      tools: {
        getWeather: tool({
          description: "Get the weather of a city",
          inputSchema: z.object({ city: z.string() }),
          execute: ({ city }) => ({ city, sky: "clear", celsius: 21 }),
        }),
      },
    }));
  for (const { toolCalls, toolResults } of steps) {
    for (const call of toolCalls) say(`  ${dim("call")}    ${call.toolName}(${JSON.stringify(call.input)})`);
    for (const result of toolResults) say(`  ${dim("result")}  ${JSON.stringify(result.output)}`);
  }
  say(`  ${dim("answer")}  ${text}`);
}

async function makeAnObject({ runpod, abortSignal }: Demo): Promise<void> {
  const prompt = "A recipe for chocolate chip cookies";
  say(`  ${dim("prompt")}  ${prompt}`);
  const { output } = await withProgress("waiting for the object", () =>
    generateText({
      model: runpod(CHAT_MODEL),
      prompt,
      abortSignal,
      output: Output.object({
        schema: z.object({ name: z.string(), ingredients: z.array(z.string()), steps: z.array(z.string()) }),
      }),
    }));
  say(JSON.stringify(output, null, 2).replace(/^/gm, "  "));
}

async function makeAnImage({ runpod, abortSignal, onJob }: Demo): Promise<void> {
  const prompt = "A serene mountain landscape at sunset";
  say(`  ${dim("prompt")}  ${prompt}`);
  onJob(showJob());
  const { image, providerMetadata } = await generateImage({
    model: runpod.imageModel(IMAGE_MODEL),
    prompt,
    aspectRatio: "4:3",
    seed: 42,
    abortSignal,
  });
  const [job] = providerMetadata.runpod.images as Metadata[];
  await showFile("runpod-demo.png", image, job);
}

async function makeAVideo({ runpod, abortSignal, onJob }: Demo): Promise<void> {
  const prompt = "A lighthouse blinks over a calm sea at night";
  say(`  ${dim("prompt")}  ${prompt}`);
  onJob(showJob());
  const { video, providerMetadata } = await generateVideo({
    model: runpod.videoModel(VIDEO_MODEL),
    prompt,
    aspectRatio: "16:9",
    duration: 2,
    abortSignal,
  });
  const [job] = providerMetadata.runpod.videos as Metadata[];
  await showFile("runpod-demo.mp4", video, job);
}

/** The audio that {@link speak} made, for {@link listen}. */
let speech: Uint8Array | undefined;

async function speak({ runpod, abortSignal, onJob }: Demo): Promise<void> {
  const text = "Lighthouses blink so that sailors can tell them apart.";
  say(`  ${dim("text")}    ${text}`);
  onJob(showJob());
  const { audio, providerMetadata } = await generateSpeech({
    model: runpod.speechModel(SPEECH_MODEL),
    text,
    voice: "lucy",
    outputFormat: "wav",
    abortSignal,
  });
  speech = audio.uint8Array;
  await showFile("runpod-demo.wav", audio, providerMetadata.runpod as Metadata);
}

async function listen({ runpod, abortSignal, onJob }: Demo): Promise<void> {
  if (!speech) throw new Error("There is no audio, because the step before failed");
  onJob(showJob());
  const { text, segments, language } = await transcribe({
    model: runpod.transcriptionModel(WHISPER_ENDPOINT),
    audio: speech,
    abortSignal,
  });
  say(`  ${dim("text")}    ${text}`);
  say(`  ${dim(`${segments.length} segment, language ${language}`)}`);
}

async function compare({ runpod, abortSignal, onJob }: Demo): Promise<void> {
  const texts = ["A cat sat on the mat", "A cat sits on a mat", "Quarterly revenue grew"];
  const { embeddings } = await withProgress(
    "waiting for the embeddings",
    () => embedMany({ model: runpod.embeddingModel(INFINITY_ENDPOINT), values: texts, abortSignal }),
  );
  for (const [index, text] of texts.entries()) {
    say(`  ${dim(cosineSimilarity(embeddings[0], embeddings[index]).toFixed(2))}    ${text}`);
  }
  const query = "Where do cats sleep?";
  const documents = ["Stocks fell on Monday", "Cats sleep on warm windowsills", "Where cats eat"];
  say(`  ${dim("query")}   ${query}`);
  onJob(showJob());
  // A model embeds or reranks, not both.
  const model = runpod.rerankingModel(INFINITY_ENDPOINT, { model: "emulated/reranker-model" });
  const { ranking } = await rerank({ model, query, documents, abortSignal });
  for (const { score, document } of ranking) say(`  ${dim(score.toFixed(2))}    ${document}`);
}

async function complete({ runpod, abortSignal }: Demo): Promise<void> {
  const prompt = "Once upon a time";
  say(`  ${dim("prompt")}  ${prompt}`);
  const { text } = await withProgress(
    "waiting for the text",
    () => generateText({ model: runpod.completionModel(BASE_ENDPOINT), prompt, maxOutputTokens: 40, abortSignal }),
  );
  say(`  ${dim("answer")}  ${text}`);
}

/** A step of the demo. */
export interface Step {
  title: string;
  run: (demo: Demo) => Promise<void>;
  /** Whether the step needs an endpoint that only the emulator has. */
  needsEndpoint?: boolean;
}

/** The steps, in their order. */
export const STEPS: Step[] = [
  { title: `Stream a text from ${CHAT_MODEL}`, run: streamAText },
  { title: "Let the model call a tool", run: callATool },
  { title: "Get an object that fits a schema", run: makeAnObject },
  { title: `Make an image with ${IMAGE_MODEL}`, run: makeAnImage },
  { title: `Make a video with ${VIDEO_MODEL}`, run: makeAVideo },
  { title: `Make speech with ${SPEECH_MODEL}`, run: speak },
  { title: "Transcribe that speech, on a Whisper endpoint", run: listen, needsEndpoint: true },
  { title: "Compare and rank texts, on an Infinity endpoint", run: compare, needsEndpoint: true },
  { title: "Continue a text, on a vLLM endpoint", run: complete, needsEndpoint: true },
];

type Metadata = Record<string, unknown>;

/** Returns a listener that shows a job's id, status and progress. */
function showJob(): (update: RunpodJobUpdate) => void {
  const start = Date.now();
  return ({ jobId, status, progress }) => {
    const seconds = ((Date.now() - start) / 1000).toFixed(1);
    const shown = progress === undefined ? "" : ` ${JSON.stringify(progress)}`;
    say(`  ${dim("job")}     ${jobId}  ${status}${shown}  ${dim(`${seconds} s`)}`);
  };
}

/** Writes a result to a file, and shows the times of its job. */
async function showFile(
  name: string,
  { uint8Array, mediaType }: { uint8Array: Uint8Array; mediaType: string },
  job: Metadata,
): Promise<void> {
  await Deno.writeFile(name, uint8Array);
  say(`  ${dim("times")}   queued ${job.delayTimeMillis} ms, ran ${job.executionTimeMillis} ms, ${costOf(job)}`);
  say(`  ${dim("file")}    ${name} (${mediaType}, ${Math.round(uint8Array.length / 1024)} KB)`);
}

function costOf(job: Metadata): string {
  return typeof job.cost === "number" ? `$${job.cost.toFixed(4)}` : "cost unknown";
}
