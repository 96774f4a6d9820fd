import type { Kernel } from "../../kernel.js";
import { findDevice, type PciDevice, type SysfsDevice } from "../../sysfs/index.js";
import { UsageError } from "../usage-error.js";

/**
 * The device that a DEVICE parameter means.
 *
 * @throws UsageError for a text that names no device, VfioError ENODEV for one that is not there
 */
export function deviceParameter(kernel: Kernel, text: string): SysfsDevice {
  try {
    return findDevice(kernel, text);
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message);
    throw error;
  }
}

/** The same for commands that take PCI devices only. @throws UsageError for another one */
export function pciParameter(kernel: Kernel, text: string): PciDevice {
  const device = deviceParameter(kernel, text);
  if (device.kind === "pci") return device;
  throw new UsageError(
    device.kind === "mdev"
      ? `${device.name} is a mediated device: VFIO has it from birth; vfio mdev stop removes it`
      : `${device.path} is not a PCI device`,
  );
}
