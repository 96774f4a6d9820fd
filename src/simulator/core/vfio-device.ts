import { Errno } from "../../errno.js";
import type { IommuGroup, IommuGroupMember } from "../iommu/iommu-group.js";
import type { SimulatedMachine } from "../machine.js";
import type { SysfsDirectory } from "../sysfs/tree.js";
import type { VfioDeviceOps } from "./device-ops.js";
import { DeviceRegistration } from "./registration.js";
import { Pending, type Result } from "./result.js";

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
  /** The core's own record of it. */
  registration: DeviceRegistration | undefined;

  constructor({ machine, name, ops, directory }: VfioDeviceOptions) {
    this.machine = machine;
    this.name = name;
    this.ops = ops;
    this.directory = directory;
  }
}

/**
 * vfio_register_group_dev(): a physical device, into the IOMMU group that it is in. Without one, a
 * machine in no-IOMMU mode makes a group up; otherwise EINVAL. EBUSY if it is registered already.
 *
 * drivers/vfio/group.c: vfio_group_find_or_alloc()
 */
export function registerGroupDevice(device: VfioDevice, group: IommuGroup | undefined): Result {
  if (group !== undefined) return register(device, group, undefined);
  if (!device.machine.noiommu.enabled) return -Errno.EINVAL;
  return registerInOwnGroup(device, "noiommu");
}

/** vfio_register_emulated_iommu_dev(): a mediated device, into a group made for it. */
export function registerEmulatedDevice(device: VfioDevice): Result {
  return registerInOwnGroup(device, "emulated");
}

/**
 * vfio_unregister_group_dev(): the wait ends when no descriptor and no mapping of the device is
 * left; `ops.request` is called at once and then every 10 s.
 */
export function unregisterDevice(device: VfioDevice): Pending {
  if (device.registration !== undefined) return device.registration.unregister();
  const done = new Pending();
  done.complete(0);
  return done;
}

// drivers/vfio/group.c: vfio_noiommu_group_alloc()
function registerInOwnGroup(device: VfioDevice, kind: "emulated" | "noiommu"): Result {
  if (device.registration !== undefined) return -Errno.EBUSY;
  const { name, directory, machine } = device;
  const group = machine.groups.allocate(kind);
  const member = { name, directory, usesDmaApi: false, driverBound: true };
  group.add(member);
  return register(device, group, member);
}

// drivers/vfio/vfio_main.c: __vfio_register_dev()
function register(
  device: VfioDevice,
  iommuGroup: IommuGroup,
  member: IommuGroupMember | undefined,
): Result {
  if (device.registration !== undefined) return -Errno.EBUSY;
  const { vfio } = device.machine;
  const group = vfio.groupFor(iommuGroup);
  const index = vfio.addDevice(device);
  device.group = iommuGroup;
  device.registration = new DeviceRegistration(device, group, iommuGroup, index, member);
  group.devices.add(device);
  group.drivers += 1;
  return 0;
}
