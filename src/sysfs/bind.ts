import { Errno } from "../errno.js";
import { isVfioError, VfioError } from "../errors.js";
import type { Kernel } from "../kernel.js";
import {
  giveToDriver,
  offerToDrivers,
  restoreBinding,
  setDriverOverride,
  takeFromDriver,
} from "./binding.js";
import { type IommuGroup, iommuGroup } from "./iommu-group.js";
import { lookUntil } from "./look-until.js";
import { type PciDevice, pciBus, pciDevice } from "./pci-device.js";
import type { TakeOptions } from "./stop-mdev.js";

type Host = Pick<Kernel, "sysfs" | "system" | "clock">;

/** How to bind. */
export interface BindOptions extends TakeOptions {
  /** The VFIO driver; `vfio-pci` unless told. */
  driver?: string | undefined;
}

/** A device in VFIO's hands. */
export interface Bound {
  readonly device: PciDevice;
  /** Its group, which is usable when `blockers(group)` is empty. */
  readonly group: IommuGroup;
  /** How it was before: for `restoreBinding`. */
  readonly before: PciDevice;
  /** False when it was bound already and nothing was done. */
  readonly changed: boolean;
}

/**
 * Gives a PCI device to vfio-pci: driver_override, unbind from the driver that has it (in a helper
 * process), drivers_probe; then looks that the driver link and the group's node are there. When
 * that fails, everything is put back, and the hint says what could not be.
 *
 * @throws VfioError ENODEV (no such device, or no IOMMU group), ENOENT (driver not loaded), EINVAL
 *   (a bridge), EBUSY and EDEADLK (in use), ETIMEDOUT, EACCES
 */
export async function bind(
  kernel: Host,
  address: string,
  { driver = "vfio-pci", ...take }: BindOptions = {},
): Promise<Bound> {
  const before = pciDevice(kernel, address);
  const group = refuseUnbindable(kernel, before, driver);
  if (before.driver === driver) {
    return { device: before, group: iommuGroup(kernel, group), before, changed: false };
  }
  try {
    setDriverOverride(kernel, address, driver);
    await takeFromDriver(kernel, before, take);
    const device = await probe(kernel, address, driver);
    return { device, group: await groupWithNode(kernel, group), before, changed: true };
  } catch (error) {
    throw await putBack(kernel, before, error);
  }
}

function refuseUnbindable(kernel: Host, device: PciDevice, driver: string): number {
  const refuse = (errno: number, hint: string) =>
    new VfioError({ errno, syscall: "bind", path: device.path, hint });
  if (device.group === undefined) {
    throw refuse(
      Errno.ENODEV,
      `${device.name} is in no IOMMU group. Switch the IOMMU on: in the firmware (VT-d, AMD-Vi), ` +
        "and on Intel with intel_iommu=on on the kernel's command line.",
    );
  }
  if (kernel.sysfs.kind(`${pciBus}/drivers/${driver}`) === undefined) {
    throw refuse(Errno.ENOENT, `The driver ${driver} is not loaded: sudo modprobe ${driver}`);
  }
  if (device.class >>> 8 === 0x0604) {
    throw refuse(Errno.EINVAL, "A bridge cannot be bound, and need not be: it blocks no group.");
  }
  return device.group;
}

/** drivers_probe hides why a driver refused; asking it directly does not. */
async function probe(kernel: Host, address: string, driver: string): Promise<PciDevice> {
  offerToDrivers(kernel, address);
  if (pciDevice(kernel, address).driver !== driver) giveToDriver(kernel, address, driver);
  const device = await lookUntil(
    kernel,
    () => pciDevice(kernel, address),
    (now) => now.driver === driver,
  );
  if (device.driver === driver) return device;
  throw new VfioError({
    errno: Errno.ENODEV,
    syscall: "bind",
    path: device.path,
    hint: `${driver} did not take ${address}: see dmesg for its reason.`,
  });
}

async function groupWithNode(kernel: Host, id: number): Promise<IommuGroup> {
  const group = await lookUntil(
    kernel,
    () => iommuGroup(kernel, id),
    ({ node }) => node !== undefined,
  );
  if (group.node !== undefined) return group;
  throw new VfioError({
    errno: Errno.ENOENT,
    syscall: "stat",
    path: `/dev/vfio/${id}`,
    hint: "It is bound, but its group has no node. In a container: pass /dev/vfio into it.",
  });
}

async function putBack(kernel: Host, before: PciDevice, error: unknown): Promise<unknown> {
  const failures = await restoreBinding(kernel, before);
  if (!isVfioError(error)) return error;
  const outcome =
    failures.length === 0
      ? "Everything is as it was."
      : `Could not be put back: ${failures.join("; ")}.`;
  return error.with({ hint: error.hint === undefined ? outcome : `${error.hint} ${outcome}` });
}
