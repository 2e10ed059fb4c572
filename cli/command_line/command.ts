/** A command of the command line. */
export interface Command {
  /** One line for the list of commands. */
  summary: string;
  /** Runs the command and returns the exit code. */
  run: (args: string[]) => Promise<number>;
}
