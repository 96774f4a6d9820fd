import type { Kernel } from "../kernel.js";
import { attribute, names, numberAttribute } from "./attribute.js";

/** Where the parents of mediated devices are listed. */
export const mdevParents = "/sys/class/mdev_bus";

/** A type of mediated device that a parent offers. */
export interface MdevType {
  /** The parent's name: `mtty`, `0000:06:00.0`. */
  readonly parent: string;
  /** Type id, the name of its directory: `mtty-1`. */
  readonly id: string;
  readonly path: string;
  /** What the driver calls it. */
  readonly name: string;
  /** `vfio-pci`, `vfio-ccw`, `vfio-ap`. */
  readonly deviceApi: string;
  /** How many more can be made at this moment. */
  readonly available: number;
  readonly description: string | undefined;
  /** UUIDs of those that exist, sorted. */
  readonly devices: readonly string[];
}

/** Names of all devices that can be parents, sorted. */
export function mdevParentNames({ sysfs }: Pick<Kernel, "sysfs">): string[] {
  return names(sysfs, mdevParents);
}

/** The types that parents offer, sorted by parent and id; of one parent, if it is named. */
export function mdevTypes(
  { sysfs }: Pick<Kernel, "sysfs">,
  { parent }: { parent?: string | undefined } = {},
): MdevType[] {
  const parents = parent === undefined ? names(sysfs, mdevParents) : [parent];
  return parents.flatMap((parentName) => {
    const directory = `${mdevParents}/${parentName}/mdev_supported_types`;
    return names(sysfs, directory).map((id) => {
      const path = `${directory}/${id}`;
      return {
        parent: parentName,
        id,
        path,
        name: attribute(sysfs, `${path}/name`) ?? id,
        deviceApi: attribute(sysfs, `${path}/device_api`) ?? "",
        available: numberAttribute(sysfs, `${path}/available_instances`) ?? 0,
        description: attribute(sysfs, `${path}/description`),
        devices: names(sysfs, `${path}/devices`),
      };
    });
  });
}
