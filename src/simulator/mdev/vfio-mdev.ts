import type { VfioDeviceOps } from "../core/device-ops.js";
import type { Pending, Result } from "../core/result.js";
import { registerEmulatedDevice, unregisterDevice, VfioDevice } from "../core/vfio-device.js";
import type { MdevDevice } from "./device.js";
import type { KernelModule } from "./module.js";

/**
 * What a driver's probe ends with: gives the mediated device to VFIO, which makes an IOMMU group
 * for it. The device, or a negative error number.
 */
export function registerWithVfio(mdev: MdevDevice, ops: VfioDeviceOps): VfioDevice | Result {
  const { machine, name, directory, driver } = mdev;
  if (driver?.module !== undefined) holdModule(ops, driver.module);
  const device = new VfioDevice({ machine, name, ops, directory });
  const result = registerEmulatedDevice(device);
  return result < 0 ? result : device;
}

/**
 * What a driver's remove ends with: takes the device back, as soon as nobody uses it. `release`
 * runs then, as vfio_device_ops.release does.
 */
export function unregisterFromVfio(device: VfioDevice, release?: () => void): Pending {
  const wait = unregisterDevice(device);
  wait.whenDone(() => release?.());
  return wait;
}

/** drivers/vfio/vfio_main.c: an open device keeps its driver's module loaded. */
function holdModule(ops: VfioDeviceOps, module: KernelModule): void {
  const { openDevice, closeDevice } = ops;
  ops.openDevice = (client) => {
    const result = openDevice?.call(ops, client) ?? 0;
    if (result >= 0) module.hold();
    return result;
  };
  ops.closeDevice = () => {
    closeDevice?.call(ops);
    module.drop();
  };
}
