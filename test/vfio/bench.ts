/** A simulated machine with a mediated device, and eyes on what a program leaves open. */

import type { Vfio as VfioClass } from "../../src/index.js";
import { Vfio } from "../../src/index.js";
import type { ProcessOptions, SimulatedKernel } from "../../src/simulator/index.js";
import { startMdev } from "../../src/sysfs/index.js";
import { type SimulateOptions, simulate } from "../../src/vfio/simulate.js";

export const MTTY = "83b8f4f2-509f-382f-3c1e-e6bfe0fa1001";
export const OTHER_MTTY = "83b8f4f2-509f-382f-3c1e-e6bfe0fa1002";

/** A machine on which an administrator has created mediated devices. */
export function machine(options: SimulateOptions = {}) {
  const made = simulate({ clock: "manual", ...options });
  const administrator = made.process({ command: "systemd" });
  startMdev(administrator, { type: "mtty-2", uuid: MTTY });
  startMdev(administrator, { type: "mtty-1", uuid: OTHER_MTTY });
  administrator.shutdown();
  return made;
}

/** A program on such a machine. */
export interface Program {
  kernel: SimulatedKernel;
  vfio: VfioClass;
  /** Descriptors that it has open. */
  files(): number;
}

/** Starts a program; `files` counts what it has open. */
export async function program(
  on: ReturnType<typeof machine> = machine(),
  options: ProcessOptions = {},
): Promise<Program> {
  const kernel = on.process(options);
  const vfio = await Vfio.open({ kernel });
  return { kernel, vfio, files: () => [...kernel.process.files.entries()].length };
}
