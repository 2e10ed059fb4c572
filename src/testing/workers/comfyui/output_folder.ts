import type { ResolvedEndpoint } from "../../resolved_endpoint.ts";
import type { SavedFile } from "./saved_files.ts";

/** What a worker remembers between jobs. */
interface OutputFolder {
  /** The last number of each prefix. */
  numbers: Map<string, number>;
  /** The last workflow. ComfyUI does not run the same one again, and answers with the same files. */
  lastWorkflow?: string;
  lastNames: string[];
}

const folders = new WeakMap<ResolvedEndpoint, OutputFolder>();

/** Names the files of a job. Numbers count on from job to job. */
export function namesOf(endpoint: ResolvedEndpoint, workflow: string, files: SavedFile[]): string[] {
  const folder: OutputFolder = folders.get(endpoint) ?? { numbers: new Map(), lastNames: [] };
  folders.set(endpoint, folder);
  if (folder.lastWorkflow === workflow) return folder.lastNames;
  folder.lastWorkflow = workflow;
  folder.lastNames = files.map(({ prefix, extension }) => {
    const number = (folder.numbers.get(prefix) ?? 0) + 1;
    folder.numbers.set(prefix, number);
    return `${prefix}_${String(number).padStart(5, "0")}_.${extension}`;
  });
  return folder.lastNames;
}
