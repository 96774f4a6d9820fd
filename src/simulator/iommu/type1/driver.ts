import { Errno } from "../../../errno.js";
import { Extension } from "../../../uapi/flags.js";
import type { Client } from "../../core/client.js";
import type { IommuBackend, IommuDriver } from "../../core/iommu-driver.js";
import type { Result } from "../../core/result.js";
import type { SimulatedMachine } from "../../machine.js";
import { Type1 } from "./type1.js";

/** drivers/vfio/vfio_iommu_type1.c, before a container has chosen it. */
export const type1Driver: IommuDriver = {
  name: "vfio-iommu-type1",
  noiommu: false,

  // vfio_iommu_type1_check_extension()
  checkExtension({ profile }: SimulatedMachine, extension: number): Result {
    switch (extension) {
      case Extension.TYPE1_IOMMU:
      case Extension.TYPE1v2_IOMMU:
      case Extension.UNMAP_ALL:
        return 1;
      case Extension.TYPE1_NESTING_IOMMU:
        return profile.nesting ? 1 : 0;
      default:
        return 0;
    }
  },

  // vfio_iommu_type1_open()
  open(machine: SimulatedMachine, client: Client, type: number): IommuBackend | Result {
    const failed = machine.faults.allocation(client);
    if (failed < 0) return failed;
    switch (type) {
      case Extension.TYPE1_IOMMU:
      case Extension.TYPE1v2_IOMMU:
        return new Type1(machine, type);
      case Extension.TYPE1_NESTING_IOMMU:
        return machine.profile.nesting ? new Type1(machine, type) : -Errno.EINVAL;
      default:
        return -Errno.EINVAL;
    }
  },
};
