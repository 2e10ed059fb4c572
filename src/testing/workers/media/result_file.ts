import type { Job } from "../../queue/job.ts";
import { bucketFiles } from "../comfyui/comfyui_worker.ts";
import { makeProduct } from "./media_worker.ts";
import type { Product } from "./product.ts";

/** The file behind a job's result URL; undefined if the job has no such file. */
export function resultFile(job: Job, name: string): Product | undefined {
  const { worker } = job.endpoint.config;
  switch (worker) {
    case "comfyui":
      return bucketFiles(job.input, job.endpoint, job.id).find((product) => product.name === name);
    case "image":
    case "video":
    case "speech": {
      const product = makeProduct(worker, { input: job.input, endpoint: job.endpoint, jobId: job.id });
      return typeof product === "string" || product.name !== name ? undefined : product;
    }
  }
}
