import { Errno } from "../../../errno.js";
import { Extension } from "../../../uapi/flags.js";
import type { IommuBackend, IommuDriver } from "../../core/iommu-driver.js";
import type { Result } from "../../core/result.js";
import type { SimulatedMachine } from "../../machine.js";

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
  open(): IommuBackend | Result {
    return -Errno.ENOSYS;
  },
};
