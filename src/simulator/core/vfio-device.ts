import type { IommuGroup } from "../iommu/iommu-group.js";
import type { SimulatedMachine } from "../machine.js";
import type { SysfsDirectory } from "../sysfs/tree.js";
import type { VfioDeviceOps } from "./device-ops.js";
import type { Pending, Result } from "./result.js";

/** What a driver says of the device that it registers. */
export interface VfioDeviceOptions {
  machine: SimulatedMachine;
  /** dev_name(): `0000:00:05.0`, or a lower-case UUID. */
  name: string;
  ops: VfioDeviceOps;
  /** Its directory in sysfs; `vfio-dev/vfioM` and `iommu_group` appear below it. */
  directory: SysfsDirectory;
}

/** struct vfio_device: a device that a driver has given to VFIO. */
export class VfioDevice {
  readonly machine: SimulatedMachine;
  readonly name: string;
  readonly ops: VfioDeviceOps;
  readonly directory: SysfsDirectory;
  /** Undefined while it is not registered. */
  group: IommuGroup | undefined;

  constructor({ machine, name, ops, directory }: VfioDeviceOptions) {
    this.machine = machine;
    this.name = name;
    this.ops = ops;
    this.directory = directory;
  }
}

/** vfio_register_group_dev(): a physical device, into the IOMMU group that it is in. */
export function registerGroupDevice(_device: VfioDevice, _group: IommuGroup): Result {
  throw new Error("not yet");
}

/** vfio_register_emulated_iommu_dev(): a mediated device, into a group made for it. */
export function registerEmulatedDevice(_device: VfioDevice): Result {
  throw new Error("not yet");
}

/**
 * vfio_unregister_group_dev(): the wait ends when no descriptor and no mapping of the device is
 * left; `ops.request` is called at once and then every 10 s.
 */
export function unregisterDevice(_device: VfioDevice): Pending {
  throw new Error("not yet");
}
