import { VfioError } from "../errors.js";
import type { Kernel } from "../kernel.js";
import { LinuxKernel } from "../linux/index.js";
import { noVfio } from "./open-kernel.js";

const NODE = "/dev/vfio/vfio";

/** This machine's kernel, or the error that says why there is none to use. */
export function hostKernel(): Kernel | VfioError {
  if (process.platform !== "linux") return noVfio(`VFIO is Linux's; this is ${process.platform}.`);
  let kernel: Kernel;
  try {
    kernel = new LinuxKernel();
  } catch (error) {
    if (error instanceof VfioError) return error;
    return noVfio(`The addon does not load: ${error instanceof Error ? error.message : error}.`);
  }
  if (kernel.system.stat(NODE) !== undefined) return kernel;
  kernel.shutdown();
  return noVfio(
    "The kernel here has no VFIO, or its modules are not loaded: " +
      "`sudo modprobe -a vfio_iommu_type1 vfio-pci`.",
  );
}
