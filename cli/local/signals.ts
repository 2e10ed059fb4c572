import process from "node:process";

/** npm and bunx pass on a Ctrl-C that the terminal has sent already, so two signals this near are one. */
const SAME_SIGNAL_MILLIS = 500;

/**
 * Resolves when the user or the system wants the process to end. A second Ctrl-C calls `endAtOnce` and ends the process.
 */
export function untilStopped(endAtOnce: () => void): Promise<string> {
  return new Promise((resolve) => {
    let stoppedAt: number | undefined;
    const stop = (reason: string) => {
      if (stoppedAt !== undefined) {
        if (Date.now() - stoppedAt < SAME_SIGNAL_MILLIS) return;
        endAtOnce();
        process.exit(130);
      }
      stoppedAt = Date.now();
      resolve(reason);
    };
    process.on("SIGINT", () => stop("Ctrl-C"));
    process.on("SIGTERM", () => stop("SIGTERM"));
    if (process.platform !== "win32") process.on("SIGHUP", () => stop("the end of the terminal"));
    // Whoever read the output is gone, such as "head".
    process.stdout.on("error", () => {
      if (stoppedAt === undefined) stop("the end of the output");
    });
    // Nothing that was started may outlive this process.
    process.on("uncaughtException", (error) => {
      endAtOnce();
      process.stderr.write(`${error.stack}\n`);
      process.exit(1);
    });
  });
}
