import { PciBridge } from "../../uapi/pci-regs.js";
import type { PciDevice } from "./device.js";
import type { PciHost } from "./host.js";
import { controlFiles } from "./sysfs-control.js";
import { errorFiles } from "./sysfs-errors.js";
import { identityFiles } from "./sysfs-identity.js";
import { powerFiles } from "./sysfs-power.js";
import { resourceFiles } from "./sysfs-resource.js";
import { settingFiles } from "./sysfs-settings.js";
import { sriovFiles } from "./sysfs-sriov.js";

/** A function's directory, and the links to it. */
// drivers/pci/pci-sysfs.c: pci_create_sysfs_dev_files()
export function announce(host: PciHost, device: PciDevice): void {
  const { directory, config, isBridge } = device;
  identityFiles(device);
  controlFiles(device, host);
  settingFiles(device);
  powerFiles(device);
  resourceFiles(device);
  errorFiles(device);
  if (device.sriov !== undefined) sriovFiles(device, device.sriov);
  directory.link("subsystem", host.bus);
  if (host.iommu !== undefined) directory.link("iommu", host.iommu);
  if (isBridge) {
    directory
      .readable("secondary_bus_number", () => `${config.read8(PciBridge.SECONDARY_BUS)}\n`)
      .readable("subordinate_bus_number", () => `${config.read8(PciBridge.SUBORDINATE_BUS)}\n`);
  }
  host.bus.directory("devices").link(device.name, directory);
}
