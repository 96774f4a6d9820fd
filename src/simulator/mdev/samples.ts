import type { Pending, Result } from "../core/result.js";
import { mttyModule } from "../drivers/mtty/driver.js";
import type { SimulatedMachine } from "../machine.js";
import { insertModule, type ModuleDefinition, removeModule } from "./module.js";

const modules = { mtty: mttyModule } as const satisfies Record<string, ModuleDefinition>;

/** The kernel's example drivers of mediated devices (samples/vfio-mdev). */
export type SampleName = keyof typeof modules;

/** Names of all samples. */
export const sampleNames = Object.keys(modules) as readonly SampleName[];

/** insmod: loads sample drivers. EEXIST at the first that is loaded already. */
export function loadMdevSamples(
  machine: SimulatedMachine,
  names: readonly SampleName[] = sampleNames,
): Result {
  for (const name of names) {
    const result = insertModule(machine, modules[name]);
    if (result < 0) return result;
  }
  return 0;
}

/**
 * rmmod: unloads a sample driver; its devices are removed. ENOENT when it is not loaded, EAGAIN
 * (EWOULDBLOCK) while a device of it is open.
 */
export function unloadMdevSample(machine: SimulatedMachine, name: SampleName): Result | Pending {
  return removeModule(machine, name);
}
