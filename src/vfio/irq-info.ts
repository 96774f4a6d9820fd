import type { Fd, Kernel } from "../kernel.js";
import { IrqInfoFlags } from "../uapi/flags.js";
import { Vfio } from "../uapi/requests.js";
import * as structs from "../uapi/structs.js";

/** VFIO_DEVICE_GET_IRQ_INFO. */
export interface IrqInfo {
  readonly index: number;
  /** How many interrupts (vectors) the index has; 0 where the device has none. */
  readonly count: number;
  /** It can be delivered through an eventfd. */
  readonly eventfd: boolean;
  /** It can be masked and unmasked. */
  readonly maskable: boolean;
  /** It masks itself when it happens, until it is unmasked (INTx). */
  readonly automasked: boolean;
  /** Vectors cannot be added while it is enabled. */
  readonly noResize: boolean;
}

/** Asks a device for one of its interrupt indices. @throws VfioError EINVAL if it has no such */
export function irqInfo(kernel: Kernel, fd: Fd, index: number): IrqInfo {
  const bytes = structs.irqInfo.encode({ index });
  kernel.ioctl(fd, Vfio.DEVICE_GET_IRQ_INFO, bytes);
  const { flags, count } = structs.irqInfo.decode(bytes);
  return {
    index,
    count,
    eventfd: (flags & IrqInfoFlags.EVENTFD) !== 0,
    maskable: (flags & IrqInfoFlags.MASKABLE) !== 0,
    automasked: (flags & IrqInfoFlags.AUTOMASKED) !== 0,
    noResize: (flags & IrqInfoFlags.NORESIZE) !== 0,
  };
}
