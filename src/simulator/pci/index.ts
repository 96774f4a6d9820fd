/** PCI of the simulated machine: what can be plugged in, and how. */

export type { PciAddress } from "./address.js";
export { formatPciAddress, parsePciAddress } from "./address.js";
export type { BarSpec, ChipBus, FunctionSpec, PciChip } from "./chip.js";
export { configBytes } from "./config-bytes.js";
export { PciDevice } from "./device.js";
export type { PciDriver, PciId } from "./driver.js";
export { pciId } from "./driver.js";
export type { PlatformIommu } from "./groups.js";
export { pciHost } from "./host.js";
export { loadPciDriver, type PciDriverName } from "./load-driver.js";
export type { CustomModel, PciModel } from "./models/index.js";
export type { PciPlug } from "./placement.js";
export { type PlugOptions, plugPci } from "./plug.js";
