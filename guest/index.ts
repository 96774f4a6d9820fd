/** Real Linux kernels with VFIO, booted in QEMU under emulation, for tests and for trying out. */
export { cacheDirectory, type Log } from "./cache.js";
export type { GuestOptions, GuestResult, GuestTerminal } from "./guest-options.js";
export {
  defaultKernel,
  type KernelName,
  type KernelRecipe,
  kernelNames,
  kernelRecipe,
} from "./kernels.js";
export { type PrepareOptions, prepareGuest } from "./prepare.js";
export { type PreparedKernel, versionWarning } from "./prepared-kernel.js";
export { runInGuest } from "./run.js";
export { GuestSetupError } from "./setup-error.js";
export type { GuestOutcome } from "./supervisor.js";
