/** Runs the cases on one kernel and writes what they gave, one line of JSON for each record. */

import { existsSync, openSync, writeFileSync, writeSync } from "node:fs";
import { cases } from "./cases/index.js";
import { runPrograms } from "./proof/programs.js";
import { parseRunnerArguments } from "./run/arguments.js";
import { benchFor } from "./run/bench.js";
import type { Record } from "./run/record.js";
import { runAll } from "./run/run-all.js";

const { kernel, only, tour, out } = parseRunnerArguments(process.argv.slice(2));
const output = out === undefined ? 1 : openSync(out, "w");

await runAll(cases, {
  only,
  bench: await benchFor(kernel),
  afterwards: tour ? runPrograms : undefined,
  write: (record) => {
    announce(record);
    writeSync(output, `${JSON.stringify(record)}\n`);
  },
});

/** A guest's kernel log tells which case took the kernel down: it needs nobody to carry it out. */
function announce(record: Record): void {
  const inGuest = process.env["VFIO_GUEST"] !== undefined && existsSync("/dev/kmsg");
  if (inGuest && "begin" in record) writeFileSync("/dev/kmsg", `<3>case: ${record.begin}\n`);
}
