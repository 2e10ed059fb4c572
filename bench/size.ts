/**
 * The size of the package in a bundle.
 *
 * @module
 */
import { BUDGET, measureSizes } from "../scripts/size.ts";
import { round, type Table } from "./harness.ts";

/** Measures the sizes. The targets are the budgets of `deno task size`. */
export async function measureSize(): Promise<Table[]> {
  const sizes = await measureSizes();
  const kilobytes = (bytes: number) => round(bytes / 1024, 1);
  const [[, everything], [, own]] = sizes;
  return [{
    title: "Size of a bundle for browsers and Workers, KB",
    columns: ["what", "minified", "gzipped"],
    rows: sizes.map(([what, { minified, gzipped }]) => [what, kilobytes(minified), kilobytes(gzipped)]),
    targets: [
      { what: "everything, gzipped KB", value: kilobytes(everything.gzipped), atMost: kilobytes(BUDGET.everything) },
      { what: "our own code, gzipped KB", value: kilobytes(own.gzipped), atMost: kilobytes(BUDGET.own) },
    ],
  }];
}
