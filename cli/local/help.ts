import { describeFlags, type Flag } from "../command_line/flags.ts";

/** How long a worker may be without a job where workers are stopped and started again. Runpod's default. */
export const DEFAULT_IDLE_SECONDS = 5;

/** The options. */
export const FLAGS: Record<string, Flag> = {
  "worker": {
    value: "NAME=COMMAND",
    repeats: true,
    help:
      'Start workers of the endpoint NAME, such as "resize=python handler.py",\nand start them again when they end. Repeat it for more endpoints.',
  },
  "workers": { value: "N", help: "How many workers each endpoint has at most. Default: 1" },
  "idle-timeout": {
    value: "SECONDS",
    help: "Stop a worker that has had no job for so long, and start it again\nwhen a job comes. Default: workers stay",
  },
  "cold-start": {
    value: "MILLIS",
    help: `Wait so long before a worker is started, as for a GPU. Implies\n--idle-timeout ${DEFAULT_IDLE_SECONDS}`,
  },
  "endpoint": {
    value: "NAME",
    repeats: true,
    help: "Have an endpoint whose workers you start yourself, with --env",
  },
  "model": {
    value: "NAME=URL",
    repeats: true,
    help: "Put the OpenAI-compatible server at URL behind the endpoint NAME",
  },
  "env": {
    value: "FILE",
    repeats: true,
    help:
      "Write what an app and a worker need as environment into a file, for\ndocker run --env-file. NAME=FILE chooses one of several endpoints",
  },
  "worker-url": {
    value: "URL",
    help:
      "How workers reach this command, such as\nhttp://host.docker.internal:8787 from containers. Default: 127.0.0.1",
  },
  "port": { value: "PORT", help: "The port on 127.0.0.1. Default: 8787, or the next free one" },
  "key": { value: "KEY", help: "The API key. Default: a new one at each start" },
  "allow-origin": {
    value: "ORIGIN",
    repeats: true,
    help: "Let web pages of this origin call, such as http://localhost:3000.\nThey need the key too",
  },
  "help": { help: "Show this text" },
};

/** The help text. */
export const HELP = `Usage: ai-sdk-provider local [OPTIONS]

Runs a Runpod on this machine: your own workers behind a real job queue, the public endpoints as an emulation, and a
page that shows them. Only programs on this machine that have the key can use it.

${describeFlags(FLAGS)}

Examples:
  ai-sdk-provider local
  ai-sdk-provider local --worker "resize=python handler.py" --workers 3
  ai-sdk-provider local --worker "resize=python handler.py" --idle-timeout 5 --cold-start 2000
  ai-sdk-provider local --endpoint resize --env worker.env      docker run --network host --env-file worker.env IMAGE
  ai-sdk-provider local --model chat=http://127.0.0.1:8080/v1

Ctrl-C ends everything that was started; a second Ctrl-C ends it at once.
`;
