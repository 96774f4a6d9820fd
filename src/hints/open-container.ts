import type { VfioError } from "../errors.js";
import type { Kernel } from "../kernel.js";
import { permissionHint } from "./permission.js";

/** Where to go on a machine that has no VFIO. */
export const simulatedInstead =
  "To run on the simulated kernel instead: VFIO_KERNEL=simulated in the environment, or " +
  '`Vfio.open({ fallback: "simulated" })`.';

/** Why there is no VFIO, and what to do. */
export const noVfioHint =
  "The kernel here has no VFIO, or its modules are not loaded: " +
  `\`sudo modprobe -a vfio_iommu_type1 vfio-pci\`. ${simulatedInstead}`;

/** Why `/dev/vfio/vfio` could not be opened. */
export function openContainerHint(
  kernel: Pick<Kernel, "system">,
  { code }: Pick<VfioError, "code">,
): string | undefined {
  switch (code) {
    case "ENOENT":
    case "ENODEV":
    case "ENXIO":
      return noVfioHint;
    case "EACCES":
    case "EPERM":
      return permissionHint(kernel, "/dev/vfio/vfio");
    default:
      return undefined;
  }
}
