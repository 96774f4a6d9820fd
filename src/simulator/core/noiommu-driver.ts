import { Errno } from "../../errno.js";
import { Extension, Vfio } from "../../uapi/index.js";
import type { SimulatedMachine } from "../machine.js";
import type { UserArgument } from "./argument.js";
import type { Client } from "./client.js";
import type { IommuBackend, IommuDriver } from "./iommu-driver.js";
import type { NoiommuMode } from "./noiommu-mode.js";
import type { Result } from "./result.js";

/** The IOMMU driver that translates nothing (drivers/vfio/container.c: vfio_noiommu_ops). */
export const noiommuDriver: IommuDriver = {
  name: "vfio-noiommu",
  noiommu: true,

  // container.c: vfio_iommu_driver_allowed(), vfio_noiommu_ioctl()
  checkExtension({ noiommu }: SimulatedMachine, extension: number): Result {
    return noiommu.enabled && extension === Extension.NOIOMMU_IOMMU ? 1 : 0;
  },

  // container.c: vfio_noiommu_open()
  open({ noiommu }: SimulatedMachine, client: Client, type: number): IommuBackend | Result {
    if (type !== Extension.NOIOMMU_IOMMU) return -Errno.EINVAL;
    if (!client.capable("CAP_SYS_RAWIO")) return -Errno.EPERM;
    return new NoiommuBackend(noiommu);
  },
};

class NoiommuBackend implements IommuBackend {
  constructor(readonly mode: NoiommuMode) {}

  checkExtension(extension: number): Result {
    return this.mode.enabled && extension === Extension.NOIOMMU_IOMMU ? 1 : 0;
  }

  attachGroup(): Result {
    return 0;
  }

  detachGroup(): void {}

  ioctl(_client: Client, request: number, argument: UserArgument): Result {
    if (request !== Vfio.CHECK_EXTENSION) return -Errno.ENOTTY;
    return this.checkExtension(argument.number);
  }

  release(): void {}
}
