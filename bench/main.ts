/** `npm run bench [-- WORD ...]`: measures the rows whose name has one of the words, or all. */

import { type Measured, measure, type Row, table } from "./harness.js";
import { callRows } from "./rows/calls.js";
import { interruptRows } from "./rows/interrupts.js";
import { registerRows } from "./rows/registers.js";
import { simulatorRows } from "./rows/simulator.js";
import { startUpRows } from "./rows/start-up.js";
import { openStage } from "./stage.js";

const options = process.argv.slice(2);
const words = options.filter((option) => !option.startsWith("--"));
const stage = await openStage();
const rows: Row[] = [
  ...(await registerRows(stage)),
  ...(await callRows(stage)),
  ...interruptRows(stage),
  ...(await simulatorRows(stage)),
  ...startUpRows(),
];
const wanted = rows.filter(
  ({ name }) => words.length === 0 || words.some((word) => name.includes(word)),
);

const measured: Measured[] = [];
for (const row of wanted) {
  process.stderr.write(`measuring ${row.name}\n`);
  measured.push(await measure(row));
}
if (options.includes("--json")) console.log(JSON.stringify(measured, undefined, 2));
else {
  console.log(`\nNode ${process.version}; ratios are medians of interleaved rounds of one run\n`);
  console.log(table(measured));
  const goals = measured.filter(({ goal }) => goal !== undefined);
  const met = goals.filter(({ ratio, goal }) => ratio <= goal!);
  console.log(`\nbench: ${met.length} of ${goals.length} goals met`);
}
process.exit(0);
