/**
 * The far end of a session: plays the sequences that come in, one line each, on this machine's
 * kernel, and answers each with a line.
 */

import { existsSync, openSync, writeFileSync, writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { linuxBench } from "../run/linux-bench.js";
import type { Sequence } from "./op.js";
import { runSequence } from "./run-sequence.js";
import { World } from "./world.js";

const output = openSync(process.env["VFIO_GUEST_RESULTS"] ?? "/dev/stdout", "w");
const { kernel, version, host } = linuxBench();
const world = new World(kernel, version, host);

/**
 * What undoes the kernel is to be found in the log of the guest: it needs nobody to carry it out.
 */
function announce(line: string): void {
  if (existsSync("/dev/kmsg")) writeFileSync("/dev/kmsg", `<3>${line}\n`);
}

writeSync(output, `${JSON.stringify({ version, kernel: kernel.description.text })}\n`);
for await (const line of createInterface({ input: process.stdin })) {
  const { number, sequence } = JSON.parse(line) as { number: number; sequence: Sequence };
  announce(`sequence ${number}`);
  let answer: unknown;
  try {
    answer = { number, answers: await runSequence(world, sequence) };
  } catch (error) {
    answer = { number, failure: error instanceof Error ? error.stack : String(error) };
  }
  writeSync(output, `${JSON.stringify(answer)}\n`);
}
world.dispose();
