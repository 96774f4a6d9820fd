import { cases } from "../cases/index.js";
import { benchFor } from "../run/bench.js";
import { type Record, type Run, readRun } from "../run/record.js";
import { runAll } from "../run/run-all.js";

/** Runs the cases on the simulated kernel of a version. */
export async function simulatedRun(version: string, only: string | undefined): Promise<Run> {
  const records: Record[] = [];
  const bench = await benchFor(`simulated:${version}`);
  await runAll(cases, { only, bench, write: (record) => records.push(record) });
  return readRun(records.map((record) => JSON.stringify(record)).join("\n"));
}
