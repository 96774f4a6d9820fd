import type { VfioError } from "../errors.js";
import type { Kernel } from "../kernel.js";
import { ifThere } from "../sysfs/attribute.js";
import type { SysfsDevice } from "../sysfs/device.js";
import { iommuGroup } from "../sysfs/iommu-group.js";
import { permissionHint } from "./permission.js";

/** PCI base class of bridges of all kinds. */
const BRIDGES = 0x06;

/** Which group, through which node, and for which device. */
export interface GroupFacts {
  kernel: Pick<Kernel, "sysfs" | "system">;
  id: number;
  path: string;
  /** The device that somebody wants; undefined if only the group was named. */
  device?: SysfsDevice | undefined;
}

/** Why `/dev/vfio/N` could not be opened. group.c: vfio_group_fops_open() */
export function openGroupHint(facts: GroupFacts, error: VfioError): string | undefined {
  const { kernel, path, id } = facts;
  switch (error.code) {
    case "ENOENT":
    case "ENODEV":
    case "ENXIO":
      return noNode(facts);
    case "EBUSY":
      return busy(kernel, path);
    case "EACCES":
      return permissionHint(kernel, path);
    case "EPERM":
      return path.includes("noiommu")
        ? `Group ${id} has no IOMMU behind it: its devices can write anywhere in memory, and ` +
            "opening it needs CAP_SYS_RAWIO. Run it as root."
        : permissionHint(kernel, path);
    default:
      return undefined;
  }
}

function busy(kernel: Pick<Kernel, "system">, path: string): string {
  const own = kernel.system.pid();
  const holders = kernel.system.holders(path);
  if (holders.some(({ pid }) => pid === own)) {
    return (
      "This process has it open already, or a device or a mapping of it. A group has one opener: " +
      "open all its devices through the same Vfio or Group."
    );
  }
  if (holders.length > 0) {
    const names = holders.map(({ pid, command }) => `${command} (pid ${pid})`);
    return `Held by ${names.join(", ")}. A group has one opener on the whole machine.`;
  }
  return (
    "Another process holds it, or one of its devices or mappings; this user cannot see which. " +
    `As root: \`fuser -v ${path}\`.`
  );
}

function noNode({ kernel, id, path, device }: GroupFacts): string {
  const group = ifThere(() => iommuGroup(kernel, id));
  if (group === undefined) return `There is no IOMMU group ${id} on this machine.`;
  if (group.node !== undefined && group.node !== path) {
    return `Group ${id} has no IOMMU: its node is ${group.node}; see the option \`unsafeNoIommu\`.`;
  }
  const wanted = device === undefined ? group.members.filter(isNoBridge) : [device];
  const missing = wanted.filter((member) => !member.vfio);
  const [first] = missing;
  if (first === undefined) return `Group ${id} has no device that VFIO could have.`;
  const text = missing.map((member) =>
    member.driver === undefined
      ? `${member.name} has no driver`
      : `${member.name} is bound to ${member.driver}`,
  );
  return `${text.join(", ")}; VFIO does not have it: \`sudo vfio bind ${first.name}\`.`;
}

function isNoBridge(member: SysfsDevice): boolean {
  return member.kind !== "pci" || member.class >>> 16 !== BRIDGES;
}
