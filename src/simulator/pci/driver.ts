import type { Pending, Result } from "../core/result.js";
import type { PciDevice } from "./device.js";

/** Any value, in a driver's table of identifiers. */
export const anyId = 0xffff_ffff;

/** struct pci_device_id: which functions a driver takes. */
export interface PciId {
  readonly vendor: number;
  readonly device: number;
  readonly subvendor: number;
  readonly subdevice: number;
  readonly classCode: number;
  readonly classMask: number;
  readonly driverData: number;
}

/** An identifier that matches every function with these values and anything elsewhere. */
export function pciId(values: Partial<PciId>): PciId {
  return {
    vendor: anyId,
    device: anyId,
    subvendor: anyId,
    subdevice: anyId,
    classCode: 0,
    classMask: 0,
    driverData: 0,
    ...values,
  };
}

/** struct pci_driver: a driver that functions can be bound to. */
export interface PciDriver {
  readonly name: string;
  /** The module that it is from, where it is not built in. */
  readonly module?: string;
  /** What it takes without being told. */
  readonly ids: readonly PciId[];
  /** It lets the kernel manage DMA (driver_managed_dma is not set). */
  readonly usesDmaApi: boolean;
  probe(device: PciDevice): Result;
  remove(device: PciDevice): Pending | undefined;
  /** Writes to `sriov_numvfs`; ENOENT where the driver has nothing for it. */
  configureSriov?(device: PciDevice, functions: number): Result | Pending;
  /** The bus reports an error of the device. */
  errorDetected?(device: PciDevice): void;
  /** A virtual function of a device of the driver has appeared. */
  functionAdded?(physical: PciDevice, device: PciDevice): void;
}

// drivers/pci/pci.h: pci_match_one_device()
export function matchesId(id: PciId, device: PciDevice): boolean {
  return (
    (id.vendor === anyId || id.vendor === device.vendor) &&
    (id.device === anyId || id.device === device.device) &&
    (id.subvendor === anyId || id.subvendor === device.subsystemVendor) &&
    (id.subdevice === anyId || id.subdevice === device.subsystemDevice) &&
    ((id.classCode ^ device.classCode) & id.classMask) === 0
  );
}
