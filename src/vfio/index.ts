/** The typed layer: VFIO's objects on any kernel. */

export { Container } from "./container.js";
export { Device, type HotResetOptions } from "./device.js";
export { DeviceFeatures } from "./device-feature.js";
export type { DeviceApi, DeviceInfo } from "./device-info.js";
export type { OpenGroupOptions, OpenOneOptions } from "./device-opener.js";
export { DirtyBitmap, type DirtyRange } from "./dirty-bitmap.js";
export { DirtyPages } from "./dirty-pages.js";
export { Display, type DisplayMode, type Plane, type PlaneType } from "./display.js";
export { Dma, type DmaMapOptions } from "./dma.js";
export { DmaLogging, type LoggedRange } from "./dma-logging.js";
export { DmaMapping, type DmaSource } from "./dma-mapping.js";
export {
  EnabledInterrupts,
  type InterruptListener,
  type ListenOptions,
  type StopListening,
  type WaitOptions,
} from "./enabled-interrupts.js";
export { Eventfd } from "./eventfd.js";
export { Group, type GroupStatus, type OpenDeviceOptions } from "./group.js";
export type { Closable } from "./handle.js";
export type { HotResetDevice } from "./hot-reset.js";
export type { InterruptEvent } from "./interrupt-queue.js";
export { Interrupts } from "./interrupts.js";
export { Ioeventfd, type IoeventfdOptions } from "./ioeventfd.js";
export type { DirtyTrackingInfo, IommuInfo, IovaRange } from "./iommu-info.js";
export { Irq } from "./irq.js";
export type { IrqInfo } from "./irq-info.js";
export { LowPower } from "./low-power.js";
export { DmaMemory } from "./memory.js";
export { Migration, type MigrationState, type MigrationSupport } from "./migration.js";
export { MigrationStream, type PrecopyInfo } from "./migration-stream.js";
export type { KernelName, OpenOptions } from "./open-kernel.js";
export type { PciBarValue } from "./pci-bars.js";
export {
  type ExtendedOther,
  type OtherCapability,
  type PciCapability,
  type PciCapabilityHeader,
  type PciExtendedCapability,
  pciCapabilities,
  pciExtendedCapabilities,
} from "./pci-capability.js";
export { PciConfig } from "./pci-config.js";
export type * from "./pci-conventional.js";
export type * from "./pci-extended.js";
export { pciHeader } from "./pci-header.js";
export { type PciReader, pciBytes } from "./pci-reader.js";
export { Region } from "./region.js";
export type { RegionArea, RegionInfo } from "./region-info.js";
export { type RegionMapOptions, RegionMapping } from "./region-mapping.js";
export type {
  LiveRegister,
  ReadableRegister,
  RegisterFacts,
  UpdatableRegister,
  WritableRegister,
} from "./register.js";
export type { LiveField } from "./register-field.js";
export type { Registers } from "./registers.js";
export type { IrqAction, IrqSet } from "./set-irqs.js";
export type { SimulateOptions } from "./simulate.js";
export { BusyError, ClosedError } from "./state-errors.js";
export { SimulatedVfio, Vfio } from "./vfio.js";
