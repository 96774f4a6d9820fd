import type { Kernel } from "../../../src/kernel.js";
import { structs, Vfio } from "../../../src/uapi/index.js";
import { withDevice } from "./with-device.js";

/**
 * mtty of 6.1 follows a null pointer when its UART causes an interrupt before any eventfd was set.
 * It never lets go of one that was, so one set here keeps the device safe for its whole life.
 */
export function arm(kernel: Kernel, target: { name: string; node: string }): void {
  const eventfd = kernel.eventfd();
  withDevice(kernel, target, (device) => {
    kernel.unsafeIoctl(device, Vfio.DEVICE_GET_INFO, structs.deviceInfo.encode({}));
    const { irqSet } = structs;
    const bytes = irqSet.encode({ flags: 0x24, index: 0, start: 0, count: 1 }, 4);
    new DataView(bytes.buffer).setInt32(irqSet.size, eventfd, true);
    kernel.unsafeIoctl(device, Vfio.DEVICE_SET_IRQS, bytes);
  });
  kernel.close(eventfd);
}
