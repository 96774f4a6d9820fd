/** `npm run bench [-- WORD ...]`: measures the rows whose name has one of the words, or all. */

import type { Row } from "./harness.js";
import { report } from "./report.js";
import { callRows } from "./rows/calls.js";
import { interruptRows } from "./rows/interrupts.js";
import { registerRows } from "./rows/registers.js";
import { simulatorRows } from "./rows/simulator.js";
import { startUpRows } from "./rows/start-up.js";
import { openStage } from "./stage.js";

const stage = await openStage();
const rows: Row[] = [
  ...(await registerRows(stage)),
  ...(await callRows(stage)),
  ...interruptRows(stage),
  ...simulatorRows(stage),
  ...startUpRows(),
];

process.exit(await report(rows, process.argv.slice(2)));
