import { basename } from "node:path";
import type { Kernel } from "../kernel.js";
import { ifThere, linkName } from "./attribute.js";
import { type MdevDevice, mdevDevice } from "./mdev-device.js";
import { pciAddress, uuid } from "./name.js";
import { groupOf, isVfio, type PciDevice, pciDevice } from "./pci-device.js";

/** A device of another bus (platform, ccw, ap ...), or one that is on its way out. */
export interface OtherDevice {
  readonly kind: "other";
  readonly name: string;
  readonly path: string;
  readonly driver: string | undefined;
  readonly group: number | undefined;
  readonly vfio: boolean;
}

/** A device that can be in an IOMMU group. */
export type SysfsDevice = PciDevice | MdevDevice | OtherDevice;

/**
 * The device whose directory this path leads to.
 *
 * @throws VfioError ENOENT if there is nothing
 */
export function deviceAt(kernel: Pick<Kernel, "sysfs">, path: string): SysfsDevice {
  const { sysfs } = kernel;
  const directory = sysfs.realpath(path);
  const name = basename(directory);
  return (
    ifThere(() => (pciAddress(name) === name ? pciDevice(kernel, name) : undefined)) ??
    ifThere(() => (uuid(name) === name ? mdevDevice(kernel, name) : undefined)) ?? {
      kind: "other",
      name,
      path: directory,
      driver: linkName(sysfs, `${directory}/driver`),
      group: groupOf(sysfs, directory),
      vfio: isVfio(sysfs, directory),
    }
  );
}
