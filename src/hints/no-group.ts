import type { Kernel } from "../kernel.js";
import { iommuGroups } from "../sysfs/iommu-group.js";

/** Why a device is in no IOMMU group. */
export function noGroupHint(kernel: Pick<Kernel, "sysfs" | "system">, name: string): string {
  if (iommuGroups(kernel).length > 0) {
    return `${name} is in no IOMMU group: no IOMMU stands before it, or no driver is bound to it.`;
  }
  return (
    "This machine has no IOMMU groups: the IOMMU is off. Turn VT-d or AMD-Vi on in the firmware, " +
    "and boot with intel_iommu=on (Intel)."
  );
}
