import type { Fd, Kernel } from "../kernel.js";
import { capabilities, type InfoCapability } from "../uapi/capabilities.js";
import { DeviceFlags } from "../uapi/flags.js";
import { Vfio } from "../uapi/requests.js";
import * as structs from "../uapi/structs.js";
import { query } from "./query.js";

/** Which bus the device's driver speaks for: it decides what region and irq numbers mean. */
export type DeviceApi = "pci" | "platform" | "amba" | "ccw" | "ap" | "fsl-mc" | "cdx" | "unknown";

/** VFIO_DEVICE_GET_INFO. */
export interface DeviceInfo {
  readonly api: DeviceApi;
  /** `device.reset()` works. */
  readonly resettable: boolean;
  /** Number of region indices, unused ones included. */
  readonly regionCount: number;
  /** Number of interrupt indices, unused ones included. */
  readonly irqCount: number;
  /** `DeviceFlags` as the kernel gave them. */
  readonly flags: number;
  readonly capabilities: readonly InfoCapability[];
}

const apis: readonly [number, DeviceApi][] = [
  [DeviceFlags.PCI, "pci"],
  [DeviceFlags.PLATFORM, "platform"],
  [DeviceFlags.AMBA, "amba"],
  [DeviceFlags.CCW, "ccw"],
  [DeviceFlags.AP, "ap"],
  [DeviceFlags.FSL_MC, "fsl-mc"],
  [DeviceFlags.CDX, "cdx"],
];

/** Asks a device for itself. Some drivers answer nothing else before this was asked (mtty). */
export function deviceInfo(kernel: Kernel, fd: Fd): DeviceInfo {
  const { values, bytes } = query({
    kernel,
    fd,
    request: Vfio.DEVICE_GET_INFO,
    layout: structs.deviceInfo,
  });
  const { flags, num_regions, num_irqs, cap_offset } = values;
  const hasCaps = (flags & DeviceFlags.CAPS) !== 0;
  return {
    api: apis.find(([bit]) => (flags & bit) !== 0)?.[1] ?? "unknown",
    resettable: (flags & DeviceFlags.RESET) !== 0,
    regionCount: num_regions,
    irqCount: num_irqs,
    flags,
    capabilities: hasCaps ? [...capabilities(bytes, cap_offset)] : [],
  };
}
