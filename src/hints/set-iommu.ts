import type { VfioError } from "../errors.js";

/** What is known of the container. */
export interface ContainerFacts {
  /** Groups that are in it. */
  groups: number;
  /** The IOMMU that it has. */
  iommu: number | undefined;
}

/** Why a container got no IOMMU. container.c: vfio_ioctl_set_iommu() */
export function setIommuHint(
  { groups, iommu }: ContainerFacts,
  { code }: VfioError,
): string | undefined {
  switch (code) {
    case "EINVAL":
      if (groups === 0) return "The container has no group yet: `group.setContainer` comes first.";
      if (iommu !== undefined) return "The container has an IOMMU already.";
      return undefined;
    case "ENODEV":
      return "This kernel has no such IOMMU driver: is vfio_iommu_type1 loaded?";
    case "EPERM":
      return (
        "The platform does not isolate interrupts: a device could raise any interrupt of the " +
        "host. Turn interrupt remapping on, or accept that with " +
        "vfio_iommu_type1.allow_unsafe_interrupts=1."
      );
    default:
      return undefined;
  }
}
