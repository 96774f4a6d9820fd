/** Mediated devices: the mdev core, for drivers of one's own, and the kernel's samples on it. */

export { type MdevBus, mdevBus, registerMdevDriver, unregisterMdevDriver } from "./bus.js";
export { createDevice, type MdevDevice, removeDevice } from "./device.js";
export type {
  DeviceAttribute,
  DeviceAttributeGroups,
  MdevDriver,
  MdevTypeOptions,
} from "./driver.js";
export { insertModule, KernelModule, type ModuleDefinition, removeModule } from "./module.js";
export {
  type MdevParent,
  type MdevParentOptions,
  registerMdevParent,
  unregisterMdevParent,
} from "./parent.js";
export { loadMdevSamples, type SampleName, sampleNames, unloadMdevSample } from "./samples.js";
export type { MdevType } from "./type.js";
export { registerWithVfio, unregisterFromVfio } from "./vfio-mdev.js";
export { addVirtualDevice, removeVirtualDevice } from "./virtual-device.js";
