import type { Kernel } from "../kernel.js";
import { attribute, ifThere, names } from "./attribute.js";
import { deviceAt, type SysfsDevice } from "./device.js";

const directory = "/sys/kernel/iommu_groups";

/** A range of IOVAs that the group's devices cannot use for DMA. Both ends belong to it. */
export interface ReservedRange {
  readonly start: bigint;
  readonly end: bigint;
  /** `msi`, `direct`, `reserved` ... */
  readonly type: string;
}

/** An IOMMU group as sysfs shows it. */
export interface IommuGroup {
  readonly id: number;
  /** `DMA`, `identity` ...; `unknown` for the groups of mediated devices. */
  readonly type: string | undefined;
  /** `vfio-noiommu` for groups that have no IOMMU behind them; others have no name. */
  readonly name: string | undefined;
  readonly members: readonly SysfsDevice[];
  readonly reserved: readonly ReservedRange[];
  /** `/dev/vfio/N`; undefined while no member is registered with VFIO. */
  readonly node: string | undefined;
}

/**
 * One IOMMU group by its number, as it is at this moment.
 *
 * @throws VfioError ENOENT if there is no such group
 */
export function iommuGroup(kernel: Pick<Kernel, "sysfs" | "system">, id: number): IommuGroup {
  const { sysfs } = kernel;
  const path = `${directory}/${id}`;
  const members = sysfs
    .list(`${path}/devices`)
    .map((name) => ifThere(() => deviceAt(kernel, `${path}/devices/${name}`)))
    .filter((member) => member !== undefined);
  return {
    id,
    type: attribute(sysfs, `${path}/type`),
    name: attribute(sysfs, `${path}/name`),
    members,
    reserved: reservedRanges(attribute(sysfs, `${path}/reserved_regions`) ?? ""),
    node: groupNode(kernel, id),
  };
}

/** All IOMMU groups, sorted by number; none when the IOMMU is off. */
export function iommuGroups(kernel: Pick<Kernel, "sysfs" | "system">): IommuGroup[] {
  return names(kernel.sysfs, directory)
    .map(Number)
    .sort((a, b) => a - b)
    .map((id) => ifThere(() => iommuGroup(kernel, id)))
    .filter((group) => group !== undefined);
}

/** The group's device node under /dev/vfio, or undefined while there is none. */
export function groupNode({ system }: Pick<Kernel, "system">, id: number): string | undefined {
  return [`/dev/vfio/${id}`, `/dev/vfio/noiommu-${id}`].find(
    (path) => system.stat(path) !== undefined,
  );
}

function reservedRanges(text: string): ReservedRange[] {
  return text.split("\n").flatMap((line) => {
    const [start, end, type] = line.trim().split(/\s+/);
    if (start === undefined || end === undefined || type === undefined) return [];
    return [{ start: BigInt(start), end: BigInt(end), type }];
  });
}
