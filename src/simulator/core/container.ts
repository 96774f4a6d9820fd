import { Errno } from "../../errno.js";
import type { SimulatedMachine } from "../machine.js";
import type { Client } from "./client.js";
import type { IommuBackend, IommuDriver } from "./iommu-driver.js";
import { iommuDrivers } from "./iommu-drivers.js";
import type { Result } from "./result.js";
import type { VfioGroup } from "./vfio-group.js";

/**
 * struct vfio_container (drivers/vfio/container.c): groups that share one IOMMU. What it maps lives
 * as long as a group is in it, whatever becomes of its own descriptor.
 */
export class Container {
  readonly groups = new Set<VfioGroup>();
  iommu: IommuBackend | undefined;
  noiommu = false;

  constructor(readonly machine: SimulatedMachine) {}

  // container.c: vfio_container_ioctl_check_extension()
  checkExtension(extension: number): Result {
    if (this.iommu !== undefined) return this.iommu.checkExtension(extension);
    for (const driver of iommuDrivers) {
      if (!this.#suits(driver)) continue;
      const answer = driver.checkExtension(this.machine, extension);
      if (answer > 0) return answer;
    }
    return 0;
  }

  // container.c: vfio_ioctl_set_iommu()
  setIommu(client: Client, type: number): Result {
    if (this.groups.size === 0 || this.iommu !== undefined) return -Errno.EINVAL;
    let refusal: Result = -Errno.ENODEV;
    for (const driver of iommuDrivers) {
      if (!this.#suits(driver) || driver.checkExtension(this.machine, type) <= 0) continue;
      const backend = driver.open(this.machine, client, type);
      if (typeof backend === "number") {
        refusal = backend;
        continue;
      }
      refusal = this.#attachAll(client, backend);
      if (refusal < 0) continue;
      this.iommu = backend;
      return 0;
    }
    return refusal;
  }

  // container.c: vfio_container_attach_group()
  attachGroup(client: Client, group: VfioGroup): Result {
    const { iommuGroup } = group;
    if (iommuGroup === undefined) return -Errno.ENODEV;
    const noiommu = iommuGroup.kind === "noiommu";
    if (noiommu && !client.capable("CAP_SYS_RAWIO")) return -Errno.EPERM;
    if (this.groups.size > 0 && this.noiommu !== noiommu) return -Errno.EPERM;
    const claimed = group.claimDma(this);
    if (claimed < 0) return claimed;
    const attached = this.iommu?.attachGroup(client, iommuGroup) ?? 0;
    if (attached < 0) {
      group.releaseDma();
      return attached;
    }
    group.container = this;
    this.noiommu = noiommu;
    this.groups.add(group);
    return 0;
  }

  // container.c: vfio_group_detach_container()
  detachGroup(group: VfioGroup): void {
    if (group.iommuGroup !== undefined) this.iommu?.detachGroup(group.iommuGroup);
    group.releaseDma();
    group.container = undefined;
    this.groups.delete(group);
    if (this.groups.size > 0) return;
    this.iommu?.release();
    this.iommu = undefined;
  }

  #attachAll(client: Client, backend: IommuBackend): Result {
    const attached: VfioGroup[] = [];
    // New groups go to the head of the kernel's list.
    for (const group of [...this.groups].reverse()) {
      const result =
        group.iommuGroup === undefined
          ? -Errno.ENODEV
          : backend.attachGroup(client, group.iommuGroup);
      if (result < 0) {
        for (const earlier of attached.reverse()) {
          if (earlier.iommuGroup !== undefined) backend.detachGroup(earlier.iommuGroup);
        }
        backend.release();
        return result;
      }
      attached.push(group);
    }
    return 0;
  }

  /** A container with groups asks only drivers for their kind of group. */
  #suits(driver: IommuDriver): boolean {
    return this.groups.size === 0 || driver.noiommu === this.noiommu;
  }
}
