/**
 * The simulator in a process of its own, as programs have it: with two kernels in one process every
 * call through the public API would pay for the choice between them. Runs a loop when it is asked
 * to, and answers with nanoseconds for one operation.
 */

import { pci, Vfio } from "../src/index.js";
import { timed } from "./harness.js";

const OPERATIONS = 1_000_000;

const vfio = await Vfio.simulate();
const device = await vfio.openDevice("0000:00:05.0");
const bar = device.region(pci.BAR0);
const word = new Uint8Array(4);

const loops: Record<string, () => void> = {
  mapped: () => {
    for (let at = 0; at < OPERATIONS; at += 1) bar.read32(0);
  },
  file: () => {
    for (let at = 0; at < OPERATIONS; at += 1) vfio.kernel.pread(device.fd, word, 0);
  },
};

process.on("message", (name: string) => {
  process.send?.(timed(OPERATIONS, loops[name] ?? (() => {})));
});
