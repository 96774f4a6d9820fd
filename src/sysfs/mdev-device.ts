import { basename, dirname } from "node:path";
import type { Kernel } from "../kernel.js";
import { linkName, names } from "./attribute.js";
import { groupOf, isVfio } from "./pci-device.js";

/** Where mediated devices are listed, whatever their parent. */
export const mdevBus = "/sys/bus/mdev";

/** A mediated device as sysfs shows it. */
export interface MdevDevice {
  readonly kind: "mdev";
  /** Its UUID, lower case: the name that VFIO knows it by. */
  readonly name: string;
  /** Canonical directory below its parent's. */
  readonly path: string;
  /** The parent's name: `mtty`, `0000:06:00.0`. */
  readonly parent: string;
  /** Type id: `mtty-1`. */
  readonly type: string | undefined;
  readonly driver: string | undefined;
  /** IOMMU group; undefined while no driver is bound. */
  readonly group: number | undefined;
  readonly vfio: boolean;
}

/**
 * One mediated device by UUID, as it is at this moment.
 *
 * @throws VfioError ENOENT if there is no such device
 */
export function mdevDevice({ sysfs }: Pick<Kernel, "sysfs">, uuid: string): MdevDevice {
  const path = sysfs.realpath(`${mdevBus}/devices/${uuid}`);
  return {
    kind: "mdev",
    name: uuid,
    path,
    parent: basename(dirname(path)),
    type: linkName(sysfs, `${path}/mdev_type`),
    driver: linkName(sysfs, `${path}/driver`),
    group: groupOf(sysfs, path),
    vfio: isVfio(sysfs, path),
  };
}

/** All mediated devices, sorted by UUID; of one parent, if it is named. */
export function mdevDevices(
  kernel: Pick<Kernel, "sysfs">,
  { parent }: { parent?: string | undefined } = {},
): MdevDevice[] {
  return names(kernel.sysfs, `${mdevBus}/devices`)
    .map((uuid) => mdevDevice(kernel, uuid))
    .filter((device) => parent === undefined || device.parent === parent);
}
