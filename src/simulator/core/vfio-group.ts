import { Errno } from "../../errno.js";
import type { IommuGroup } from "../iommu/iommu-group.js";
import type { Container } from "./container.js";
import type { Result } from "./result.js";
import type { VfioDevice } from "./vfio-device.js";

/**
 * struct vfio_group (drivers/vfio/group.c): an IOMMU group with devices of VFIO in it. One file of
 * it can be open in the whole system, and device files keep that one open.
 */
export class VfioGroup {
  /** Devices that GET_DEVICE_FD finds, in order of registration. */
  readonly devices = new Set<VfioDevice>();
  /** Registered devices, those that are being removed included. */
  drivers = 0;
  /** Undefined once its last device has gone. */
  iommuGroup: IommuGroup | undefined;
  container: Container | undefined;
  /** Open device files. */
  containerUsers = 0;
  opened = false;

  constructor(
    iommuGroup: IommuGroup,
    readonly minor: number,
  ) {
    this.iommuGroup = iommuGroup;
  }

  // drivers/iommu/iommu.c: iommu_group_claim_dma_owner(), for groups behind an IOMMU
  claimDma(owner: object): Result {
    const group = this.iommuGroup;
    if (group?.kind !== "hardware") return 0;
    if (group.owner !== undefined) return -Errno.EPERM;
    for (const member of group.members) if (member.usesDmaApi) return -Errno.EPERM;
    group.owner = owner;
    return 0;
  }

  // drivers/iommu/iommu.c: iommu_group_release_dma_owner()
  releaseDma(): void {
    if (this.iommuGroup?.kind === "hardware") this.iommuGroup.owner = undefined;
  }

  // drivers/iommu/iommu.c: iommu_group_dma_owner_claimed()
  get dmaClaimed(): boolean {
    if (this.iommuGroup === undefined) return false;
    if (this.iommuGroup.owner !== undefined) return true;
    for (const member of this.iommuGroup.members) if (member.usesDmaApi) return true;
    return false;
  }
}
