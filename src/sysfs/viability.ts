import type { SysfsDevice } from "./device.js";
import type { IommuGroup } from "./iommu-group.js";

/**
 * What a member of an IOMMU group means for those who want the group: `vfio` is in VFIO's hands,
 * `bridge` and `stub` do no DMA of their own, `unbound` has no driver, `blocking` is used by the
 * kernel and keeps the whole group from user space.
 */
export type MemberRole = "vfio" | "bridge" | "stub" | "unbound" | "blocking";

const PCI_TO_PCI_BRIDGE = 0x0604;

/** Drivers that leave DMA alone (driver_managed_dma) and so do not block a group. */
const stubs = new Set(["pci-stub"]);

/** What a member means for its group. drivers/iommu/iommu.c: iommu_device_use_default_domain() */
export function memberRole(member: SysfsDevice): MemberRole {
  if (member.vfio) return "vfio";
  const bridge = member.kind === "pci" && member.class >>> 8 === PCI_TO_PCI_BRIDGE;
  if (bridge && (member.driver === undefined || member.driver === "pcieport")) return "bridge";
  if (member.driver === undefined) return "unbound";
  return stubs.has(member.driver) ? "stub" : "blocking";
}

/** Members that keep the group from user space; empty means that it is viable. */
export function blockers(group: IommuGroup): SysfsDevice[] {
  return group.members.filter((member) => memberRole(member) === "blocking");
}
