/** Typed sysfs: IOMMU groups, PCI and mediated devices, binding. Runs on every kernel. */

export * from "./bind.js";
export { type Binding, restoreBinding } from "./binding.js";
export * from "./device.js";
export * from "./find-device.js";
export * from "./iommu-group.js";
export * from "./mdev-device.js";
export * from "./mdev-type.js";
export { pciAddress, similarNames, uuid } from "./name.js";
export { type PciDevice, pciDevice, pciDevices } from "./pci-device.js";
export * from "./start-mdev.js";
export * from "./stop-mdev.js";
export * from "./unbind.js";
export * from "./viability.js";
