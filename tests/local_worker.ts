/** A worker that speaks with a queue as Runpod's worker SDK does. It is written into a file and started as a process. */

/** The program. It must use nothing from outside of itself. Its handler does what the keys of a job's input say. */
export async function workerProgram(): Promise<void> {
  const { default: process } = await import("node:process");
  const { env } = process;
  const worker = env.RUNPOD_POD_ID ?? crypto.randomUUID();
  const address = (template: string) => template.replace("$RUNPOD_POD_ID", worker);
  const takeUrl = env.RUNPOD_WEBHOOK_GET_JOB!.replace("$ID", worker);
  const ask = (url: string, body?: unknown) =>
    fetch(url, {
      method: body === undefined ? "GET" : "POST",
      headers: { authorization: env.RUNPOD_AI_API_KEY! },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  const stops = new Map<string, () => void>();

  const stopJobs = async () => {
    for (;;) {
      const response = await ask(takeUrl.replace("/job-take/", "/job-stop/"));
      if (response.status !== 200) continue;
      for (const id of (await response.json() as { jobsToStop: string[] }).jobsToStop) stops.get(id)?.();
    }
  };
  const ping = async () => {
    for (;;) {
      const jobs = stops.size === 0 ? "" : `&job_id=${[...stops.keys()].join(",")}`;
      await ask(`${address(env.RUNPOD_WEBHOOK_PING!)}${jobs}&runpod_version=0.0.0`);
      await new Promise((resolve) => setTimeout(resolve, Number(env.RUNPOD_PING_INTERVAL)));
    }
  };
  // deno-lint-ignore no-explicit-any
  const run = async (id: string, input: any) => {
    const outputUrl = address(env.RUNPOD_WEBHOOK_POST_OUTPUT!).replace("$ID", id);
    const report = (body: unknown, isStream = false) => ask(`${outputUrl}&isStream=${isStream}`, body);
    const stopped = new Promise<void>((resolve) => stops.set(id, resolve));
    if (input.print !== undefined) console.log(input.print);
    if (input.progress !== undefined) await report({ status: "IN_PROGRESS", output: input.progress });
    if (input.exit !== undefined) process.exit(input.exit);
    if (input.hang === true) {
      await stopped;
      console.log(`stopped ${id}`);
    } else if (input.yields !== undefined) {
      const streamUrl = address(env.RUNPOD_WEBHOOK_POST_STREAM!).replace("$ID", id);
      for (const output of input.yields) await ask(`${streamUrl}&isStream=false`, { output });
      await report({ output: [] }, true);
    } else if (input.error !== undefined) await report({ error: input.error });
    else if (input.openai_route !== undefined) await report({ output: [{ route: input.openai_route, worker }] });
    else await report({ output: { said: input.say, worker, pid: process.pid }, stopPod: input.refresh === true });
    stops.delete(id);
    if (input.refresh === true) process.exit(0);
  };

  console.log("\x1b[32mworker is up\x1b[0m\x07");
  void stopJobs();
  void ping();
  for (;;) {
    const response = await ask(`${takeUrl}&job_in_progress=0`);
    if (response.status !== 200) continue;
    const { id, input } = await response.json() as { id: string; input: unknown };
    await run(id, input);
  }
}
