import { Errno } from "../../errno.js";
import type { Profile } from "../profile.js";
import type { Show, Store } from "../sysfs/tree.js";
import type { IommuGroup } from "./iommu-group.js";

/** Domain types that `iommu_groups/N/type` accepts; `auto` asks for the default. */
const settable = new Set(["identity", "DMA", "DMA-FQ", "auto"]);

/**
 * The `type` file of an IOMMU group: the kind of its default domain. Groups made up for mediated
 * devices have no default domain.
 *
 * drivers/iommu/iommu.c: iommu_group_show_type(), iommu_group_store_type()
 */
export function groupTypeAttribute(
  group: IommuGroup,
  profile: Profile,
): { mode: number; show: Show; store: Store } {
  let type = group.kind === "hardware" ? "DMA" : "unknown";
  return {
    mode: 0o644,
    show: () => `${type}\n`,
    store: (data, client) => {
      if (!client.capable("CAP_SYS_ADMIN") || !client.capable("CAP_SYS_RAWIO")) {
        return -Errno.EACCES;
      }
      const wanted = data.replace(/\n$/, "");
      if (group.kind !== "hardware" || !settable.has(wanted)) return -Errno.EINVAL;
      // Deferring flushes takes no domain down.
      const defers = type === "DMA" && wanted === "DMA-FQ";
      const refuse = profile.groupTypeNeedsUnbound ? refuseBound : refuseOwned;
      const refusal = refuse(group, defers);
      if (refusal !== 0) return refusal;
      type = wanted === "auto" ? "DMA" : wanted;
      return data.length;
    },
  };
}

/** 6.1: iommu_change_dev_def_domain() wants a lone device without a driver. */
function refuseBound(group: IommuGroup, defers: boolean): number {
  if (group.members.size !== 1) return -Errno.EINVAL;
  for (const member of group.members) if (member.driverBound && !defers) return -Errno.EBUSY;
  return 0;
}

/** Newer kernels: anything goes unless somebody owns the group's DMA. */
function refuseOwned(group: IommuGroup, defers: boolean): number {
  if (defers) return 0;
  if (group.members.size === 0 || group.owner !== undefined) return -Errno.EPERM;
  for (const member of group.members) if (member.usesDmaApi) return -Errno.EPERM;
  return 0;
}
