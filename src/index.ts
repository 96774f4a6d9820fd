/** VFIO for Node.js: devices, groups, containers, on this machine's kernel or a simulated one. */

import { PciIrq, PciRegion } from "./uapi/flags.js";

/** Region and interrupt numbers of PCI devices: `device.region(pci.BAR0)`. */
export const pci = { ...PciRegion, irq: PciIrq } as const;

export { Errno, type ErrnoName } from "./errno.js";
export { isVfioError, VfioError } from "./errors.js";
export type * from "./kernel.js";
export { OpenFlags, Protection } from "./kernel.js";
export * from "./registers/index.js";
export type {
  CallFault,
  DeviceFaults,
  Faults,
  Leak,
  MachineOptions,
  ModelError,
  PlannedFault,
  ProcessOptions,
  Profile,
  SimulatedClock,
  SimulatedKernel,
  SimulatedMachine,
} from "./simulator/index.js";
export type { PciPlug } from "./simulator/pci/plug.js";
export * from "./sysfs/index.js";
export type * from "./system.js";
export type { InfoCapability } from "./uapi/capabilities.js";
export * from "./uapi/flags.js";
export { Vfio as Requests } from "./uapi/requests.js";
export * from "./vfio/index.js";
