import { createRunpod } from "./mod.ts";
const kindOf = (c: string) => /video model/.test(c) ? "video" : /speech model/.test(c) ? "speech" : "image";
for (const f of Deno.args) {
  for (const { case: name, answers } of JSON.parse(Deno.readTextFileSync(f))) {
    if (!answers?.length) continue;
    let i = 0;
    const runpod = createRunpod({ apiKey: "rpa_FAKE", fetch: async () => Response.json(answers[Math.min(i++, answers.length - 1)].body ?? answers[Math.min(i-1, answers.length - 1)]) });
    try {
      const k = kindOf(name);
      const call: any = { prompt: "x", n: 1, providerOptions: { runpod: { waitMillis: 0, pollIntervalMillis: 1 } }, text: "hi" };
      const r: any = k === "image" ? await runpod.image("a").doGenerate(call) : k === "video" ? await runpod.video("a").doGenerate!(call) : await runpod.speech("a").doGenerate(call);
      console.log("OK  ", name, (r.images ?? r.videos?.map((v: any) => v.mediaType) ?? [r.audio]).map((x: any) => String(x).slice(0, 12)), JSON.stringify(r.warnings).slice(0, 300));
    } catch (e: any) { console.log("ERR ", name, "\n      ", e.message.slice(0, 700)); }
  }
}
