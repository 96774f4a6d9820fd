import { Errno } from "../../errno.js";
import type { Profile } from "../profile.js";
import { parseBool } from "../sysfs/parse.js";
import type { SysfsDirectory } from "../sysfs/tree.js";

/**
 * Whether devices without an IOMMU are given to user space: a parameter of module vfio, in kernels
 * that have it (CONFIG_VFIO_NOIOMMU). drivers/vfio/group.c: vfio_noiommu
 */
export class NoiommuMode {
  enabled: boolean;

  constructor({ noiommuConfig, noiommuEnabled }: Profile, sysfs: SysfsDirectory) {
    this.enabled = noiommuConfig && noiommuEnabled;
    if (!noiommuConfig) return;
    sysfs.walk("module/vfio/parameters").attribute("enable_unsafe_noiommu_mode", {
      mode: 0o644,
      show: () => (this.enabled ? "Y\n" : "N\n"),
      store: (data) => {
        const wanted = parseBool(data);
        if (wanted === undefined) return -Errno.EINVAL;
        this.enabled = wanted;
        return data.length;
      },
    });
  }
}
