import type { Profile } from "../profile.js";
import type { SysfsDirectory } from "../sysfs/tree.js";
import { groupTypeAttribute } from "./group-type.js";
import type {
  DmaDomain,
  HardwareIommu,
  IommuGroup,
  IommuGroupKind,
  IommuGroupMember,
  IommuGroups,
  ReservedRegion,
} from "./iommu-group.js";

class Group implements IommuGroup {
  readonly members = new Set<IommuGroupMember>();
  owner: object | undefined;
  domain: DmaDomain | undefined;

  constructor(
    readonly id: number,
    readonly kind: IommuGroupKind,
    readonly hardware: HardwareIommu | undefined,
    readonly directory: SysfsDirectory,
  ) {}

  get name(): string | undefined {
    // drivers/vfio/group.c: vfio_noiommu_group_alloc() names the groups of mediated devices too
    return this.kind === "hardware" ? undefined : "vfio-noiommu";
  }

  add(member: IommuGroupMember): void {
    this.members.add(member);
    this.directory.directory("devices").link(member.name, member.directory);
    member.directory.link("iommu_group", this.directory);
  }

  remove(member: IommuGroupMember): void {
    if (!this.members.delete(member)) return;
    this.directory.directory("devices").remove(member.name);
    member.directory.remove("iommu_group");
  }
}

/** The machine's IOMMU groups and /sys/kernel/iommu_groups (drivers/iommu/iommu.c). */
export class IommuGroupTable implements IommuGroups {
  readonly #groups = new Map<number, Group>();
  readonly #root: SysfsDirectory;

  constructor(
    sysfs: SysfsDirectory,
    readonly profile: Profile,
  ) {
    this.#root = sysfs.walk("kernel/iommu_groups");
  }

  allocate(kind: IommuGroupKind, { hardware }: { hardware?: HardwareIommu } = {}): IommuGroup {
    const id = this.#lowestFree();
    const directory = this.#root.directory(`${id}`);
    const group = new Group(id, kind, kind === "hardware" ? hardware : undefined, directory);
    directory.directory("devices");
    directory.readable("reserved_regions", () => reservedText(group.hardware?.reserved ?? []));
    directory.attribute("type", groupTypeAttribute(group, this.profile));
    if (group.name !== undefined) directory.readable("name", () => `${group.name}\n`);
    this.#groups.set(id, group);
    return group;
  }

  release(group: IommuGroup): void {
    if (this.#groups.get(group.id) !== group) return;
    this.#groups.delete(group.id);
    this.#root.remove(`${group.id}`);
  }

  get(id: number): IommuGroup | undefined {
    return this.#groups.get(id);
  }

  #lowestFree(): number {
    let id = 0;
    while (this.#groups.has(id)) id += 1;
    return id;
  }
}

/** iommu_group_show_resv_regions(), sorted by start as iommu_insert_resv_region() does. */
function reservedText(regions: readonly ReservedRegion[]): string {
  const hex = (value: bigint) => `0x${value.toString(16).padStart(16, "0")}`;
  return [...regions]
    .sort((one, other) => (one.start < other.start ? -1 : 1))
    .map(({ start, end, type }) => `${hex(start)} ${hex(end)} ${type}\n`)
    .join("");
}
