import { guestFixtures } from "../../../src/simulator/fixtures.js";
import { profiles, type SimulatedKernel, SimulatedMachine } from "../../../src/simulator/index.js";
import { loadMdevSamples } from "../../../src/simulator/mdev/index.js";
import { plugPci } from "../../../src/simulator/pci/index.js";
import { type ProcessOptions, versionOf } from "../trial/index.js";
import type { Bench } from "./run-case.js";

/** Names of the simulated kernels that cases run on. */
export const simulatedKernels = Object.keys(profiles) as (keyof typeof profiles)[];

/**
 * A new simulated machine with the fixtures of the guest, and a process on it. Like the program in
 * the guest, the process may lock as much memory as it likes.
 */
export function simulatedBench(profile: keyof typeof profiles): Bench & {
  machine: SimulatedMachine;
  kernel: SimulatedKernel;
} {
  const machine = new SimulatedMachine({ profile });
  plugPci(machine, guestFixtures);
  loadMdevSamples(machine);
  const kernel = machine.process({ memlock: Number.POSITIVE_INFINITY });
  return {
    machine,
    kernel,
    version: versionOf(profile),
    host: { process: (options) => machine.process(limits(options)) },
  };
}

/** A process with a limit on locked memory has no right to ignore it. */
function limits({ memlock }: ProcessOptions = {}) {
  if (memlock === undefined) return { memlock: Number.POSITIVE_INFINITY };
  return { memlock, capabilities: ["CAP_SYS_RAWIO", "CAP_SYS_ADMIN"] as const };
}
