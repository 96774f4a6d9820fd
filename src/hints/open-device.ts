import type { VfioError } from "../errors.js";
import type { GroupFacts } from "./open-group.js";
import { notViable } from "./set-container.js";

/** Why a group gave no device. group.c: vfio_group_ioctl_get_device_fd() */
export function openDeviceHint(
  facts: GroupFacts & { name: string; inContainer: boolean; hasIommu: boolean },
  { code }: VfioError,
): string | undefined {
  const { name, id, inContainer, hasIommu } = facts;
  switch (code) {
    case "ENODEV":
      return `Group ${id} has no device ${name} that is bound to a VFIO driver (or it is leaving).`;
    case "EINVAL":
      if (!inContainer) return `Group ${id} is in no container: \`group.setContainer\` first.`;
      if (!hasIommu) return "The container has no IOMMU: `container.setIommu` first.";
      return undefined;
    case "EACCES":
      return "A virtual function whose physical function is in user space needs `vfToken`.";
    case "EPERM":
      return notViable(facts);
    case "EAGAIN":
      return "The device does not answer its reset yet; try again.";
    default:
      return undefined;
  }
}
