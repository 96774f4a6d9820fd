/** A simulated machine with a mediated device, and eyes on what a program leaves open. */

import type { Vfio as VfioClass } from "../../src/index.js";
import { Vfio } from "../../src/index.js";
import type { ProcessOptions, SimulatedKernel } from "../../src/simulator/index.js";
import { startMdev } from "../../src/sysfs/index.js";
import { type SimulateOptions, simulate, simulateBound } from "../../src/vfio/simulate.js";

export const EDU = "0000:00:05.0";
export const NVME = "0000:03:00.0";
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

/** A program on the guest's machine; with `memlock` it may lock no more than so many bytes. */
export async function guest(options: { profile?: string; memlock?: number } = {}) {
  const { profile = "6.12", memlock } = options;
  const on = simulateBound({ profile, clock: "manual" });
  const kernel = on.process({
    memlock: memlock ?? Number.POSITIVE_INFINITY,
    ...(memlock === undefined ? {} : { capabilities: [] }),
  });
  const files = () => [...kernel.process.files.entries()].length;
  return { machine: on, kernel, vfio: await Vfio.open({ kernel }), files };
}
