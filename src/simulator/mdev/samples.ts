import type { Pending, Result } from "../core/result.js";
import { mbochsModule } from "../drivers/mbochs/driver.js";
import { mdpyModule } from "../drivers/mdpy/driver.js";
import { mttyModule } from "../drivers/mtty/driver.js";
import type { SimulatedMachine } from "../machine.js";
import { insertModule, type ModuleDefinition, removeModule } from "./module.js";

const modules = { mtty: mttyModule, mdpy: mdpyModule, mbochs: mbochsModule } as const;

/** The kernel's example drivers of mediated devices (samples/vfio-mdev). */
export type SampleName = keyof typeof modules;

/** Names of all samples. */
export const sampleNames = Object.keys(modules) as readonly SampleName[];

/** Parameters that a sample is loaded with: `{ mbochs: { count: 64 } }`. */
export type SampleParameters = {
  readonly [Name in SampleName]?: Partial<(typeof modules)[Name]["parameters"]>;
};

/** insmod: loads sample drivers, in order. EEXIST at the first that is loaded already. */
export function loadMdevSamples(
  machine: SimulatedMachine,
  names: readonly SampleName[] = sampleNames,
  parameters: SampleParameters = {},
): Result {
  for (const name of names) {
    const definition: ModuleDefinition = modules[name];
    const result = insertModule(machine, definition, parameters[name]);
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
