import { type Measured, measure, type Row, table } from "./harness.js";

/**
 * Measures the rows whose name has one of the words, or all, and prints them.
 *
 * @returns the exit status: 0; 1 when no row has such a name
 */
export async function report(rows: readonly Row[], args: readonly string[]): Promise<number> {
  const words = args.filter((arg) => !arg.startsWith("--"));
  const wanted = rows.filter(
    ({ name }) => words.length === 0 || words.some((word) => name.includes(word)),
  );
  if (wanted.length === 0) {
    console.error(`bench: no row has ${words.join(" or ")} in its name`);
    return 1;
  }
  const measured: Measured[] = [];
  for (const row of wanted) {
    process.stderr.write(`measuring ${row.name}\n`);
    measured.push(await measure(row));
  }
  if (args.includes("--json")) console.log(JSON.stringify(measured, undefined, 2));
  else print(measured);
  return 0;
}

function print(measured: readonly Measured[]): void {
  console.log(`\nNode ${process.version}; ratios are medians of interleaved rounds of one run\n`);
  console.log(table(measured));
  const goals = measured.filter(({ goal }) => goal !== undefined);
  const met = goals.filter(({ ratio, goal }) => ratio <= goal!);
  console.log(`\nbench: ${met.length} of ${goals.length} goals met`);
}
