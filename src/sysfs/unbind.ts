import { Errno } from "../errno.js";
import { VfioError } from "../errors.js";
import type { Kernel } from "../kernel.js";
import { offerToDrivers, setDriverOverride, takeFromDriver } from "./binding.js";
import { lookUntil } from "./look-until.js";
import { type PciDevice, pciDevice } from "./pci-device.js";
import type { TakeOptions } from "./stop-mdev.js";

/** A device back with the kernel. */
export interface Unbound {
  /** As it is now; without a driver when none wanted it. */
  readonly device: PciDevice;
  readonly before: PciDevice;
  /** False when VFIO did not have it and nothing was done. */
  readonly changed: boolean;
}

/**
 * Takes a PCI device from VFIO and offers it to the kernel's own drivers.
 *
 * @throws VfioError EINVAL (a driver that is none of VFIO's has it), EBUSY and EDEADLK (in use),
 *   ETIMEDOUT, EACCES
 */
export async function unbind(
  kernel: Pick<Kernel, "sysfs" | "system" | "clock">,
  address: string,
  take: TakeOptions = {},
): Promise<Unbound> {
  const before = pciDevice(kernel, address);
  if (before.driver !== undefined && !before.vfio) {
    throw new VfioError({
      errno: Errno.EINVAL,
      syscall: "unbind",
      path: before.path,
      hint: `${address} is with ${before.driver}, which is not a VFIO driver: nothing to undo.`,
    });
  }
  if (before.driver === undefined && before.driverOverride === undefined) {
    return { device: before, before, changed: false };
  }
  await takeFromDriver(kernel, before, take);
  setDriverOverride(kernel, address, undefined);
  offerToDrivers(kernel, address);
  const device = await lookUntil(
    kernel,
    () => pciDevice(kernel, address),
    (now) => now.driver !== undefined,
  );
  return { device, before, changed: true };
}
