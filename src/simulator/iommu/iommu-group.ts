import type { SysfsDirectory } from "../sysfs/tree.js";

/** A range of IOVAs that devices of a group cannot use. Inclusive. */
export interface ReservedRegion {
  readonly start: bigint;
  readonly end: bigint;
  readonly type: "msi" | "direct" | "reserved" | "direct-relaxable";
}

/** What the machine's IOMMU can do for a group behind it. */
export interface HardwareIommu {
  /** Highest IOVA (the domain's aperture starts at 0). */
  readonly apertureEnd: bigint;
  /** Page sizes as a bit mask. */
  readonly pageSizes: bigint;
  /** Every domain enforces cache coherency. */
  readonly cacheCoherent: boolean;
  /** Interrupts are isolated (interrupt remapping). */
  readonly msiIsolation: boolean;
  readonly reserved: readonly ReservedRegion[];
}

/**
 * The domain that a group's devices are attached to while VFIO owns the group: how a device's bus
 * master reaches memory. Lengths may cross pages. What is not mapped reads as zeros and swallows
 * writes.
 */
export interface DmaDomain {
  read(iova: number, target: Uint8Array): void;
  write(iova: number, source: Uint8Array): void;
}

/** A device in an IOMMU group. */
export interface IommuGroupMember {
  /** `0000:00:05.0`, or a mediated device's UUID. */
  readonly name: string;
  /** Its directory in sysfs. */
  readonly directory: SysfsDirectory;
  /** A kernel driver that uses the DMA API is bound: the group is not viable for user space. */
  readonly usesDmaApi: boolean;
  /** Any driver is bound (the group's `type` cannot change then on 6.1). */
  readonly driverBound?: boolean;
}

/** Behind real translation hardware, made up for a mediated device, or without any. */
export type IommuGroupKind = "hardware" | "emulated" | "noiommu";

/** struct iommu_group (drivers/iommu/iommu.c): the unit of ownership. */
export interface IommuGroup {
  readonly id: number;
  readonly kind: IommuGroupKind;
  /** `vfio-noiommu` for emulated groups (yes, for mediated devices too); hardware has none. */
  readonly name: string | undefined;
  /** Undefined unless `kind` is hardware. */
  readonly hardware: HardwareIommu | undefined;
  readonly members: ReadonlySet<IommuGroupMember>;
  /** Who owns its DMA for user space: a container. */
  owner: object | undefined;
  /** Where its devices' bus masters go; undefined: nowhere. */
  domain: DmaDomain | undefined;
  /** /sys/kernel/iommu_groups/N */
  readonly directory: SysfsDirectory;
  /** iommu_group_add_device(): with the links in both directories. */
  add(member: IommuGroupMember): void;
  /** iommu_group_remove_device() */
  remove(member: IommuGroupMember): void;
}

/** IOMMU groups of the machine: ids are the lowest free ones, global. */
export interface IommuGroups {
  allocate(kind: IommuGroupKind, options?: { hardware?: HardwareIommu }): IommuGroup;
  /** Frees the id; the directory goes away. */
  release(group: IommuGroup): void;
  get(id: number): IommuGroup | undefined;
}
