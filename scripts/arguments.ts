/**
 * Reads the command line.
 *
 * @module
 */

/** The values of `--name=a,b`; undefined if the option is not given. */
export function listOption(name: string): string[] | undefined {
  return Deno.args.find((argument) => argument.startsWith(`--${name}=`))?.slice(`--${name}=`.length).split(",");
}

/** Whether a name contains one of the words on the command line; true for each name if there are no words. */
export function isChosen(name: string): boolean {
  const words = Deno.args.filter((argument) => !argument.startsWith("--"));
  return words.length === 0 || words.some((word) => name.includes(word));
}
