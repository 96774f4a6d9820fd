import type { KernelName } from "../../../guest/index.js";
import { fuzz } from "../fuzz/main.js";
import { compare, type Row } from "../run/compare.js";
import { table, totals } from "../run/table.js";
import { isProgram } from "./programs.js";
import { realRun } from "./real-run.js";
import { simulatedRun } from "./simulated-run.js";

/** What was compared for one kernel. */
export interface Proof {
  readonly rows: readonly Row[];
}

/** How cases are chosen, and who is told of what takes long. */
export interface ProofOptions {
  readonly only: string | undefined;
  /** Steps of random sequences, and where they start. */
  readonly steps: number;
  readonly seed: number;
  readonly log: (line: string) => void;
}

/** Runs the cases in a guest and on the simulator, compares, and prints the table. */
export async function prove(kernel: KernelName, options: ProofOptions): Promise<Proof> {
  const { only, log } = options;
  log(`cases on a real Linux ${kernel}`);
  const { run: real, guest, problem } = await realRun(kernel, options);
  log(`${real.kernel?.kernel ?? guest.kernelRelease}: ${guest.seconds.toFixed(0)} s`);
  const simulated = await simulatedRun(kernel, only);
  const rows = compare(real, simulated).map(withoutPrograms);
  if (only === undefined) rows.push(await randomSequences(kernel, options));
  if (problem !== undefined) rows.push(failure(`guest of Linux ${kernel}`, problem));
  console.log(`\n${real.kernel?.kernel ?? kernel} and ${simulated.kernel?.kernel}\n`);
  console.log(table(rows));
  const { passed, failed, skipped } = totals(rows);
  console.log(`\nLinux ${kernel}: ${passed} equal, ${failed} not, ${skipped} skipped`);
  return { rows };
}

/** Random sequences on both kernels, as one row. */
async function randomSequences(kernel: KernelName, { steps, seed }: ProofOptions): Promise<Row> {
  const name = `random sequences, seed ${seed}`;
  const row = { name, vectors: [], real: "-", simulated: "-", details: [] };
  if (steps === 0) return { ...row, verdict: "skipped", details: ["no steps were asked for"] };
  const { difference, ...done } = await fuzz(kernel, { steps, seed });
  const ok = { real: `${done.steps} steps`, simulated: `${done.steps} steps` };
  if (difference === undefined) return { ...row, ...ok, verdict: "passed" };
  return { ...row, verdict: "failed", details: difference.split("\n") };
}

/** Programs run on the real kernel only: that they end well is all. */
function withoutPrograms(row: Row): Row {
  if (!isProgram(row.name) || row.real !== "ok") return row;
  return { ...row, verdict: "passed", details: [] };
}

function failure(name: string, text: string): Row {
  const details = text.split("\n");
  return { name, vectors: [], real: "-", simulated: "-", verdict: "failed", details };
}
