import type { SysfsDevice } from "../../sysfs/index.js";
import { className, deviceName } from "./pci-names.js";

/** `1234:11e8` for PCI, the type for mediated devices. */
export function idText(device: SysfsDevice): string | undefined {
  if (device.kind === "pci") return `${hex4(device.vendor)}:${hex4(device.device)}`;
  return device.kind === "mdev" ? device.type : undefined;
}

/** What a device is, in words: its name where we know it, else its class. */
export function deviceTitle(device: SysfsDevice): string | undefined {
  if (device.kind === "mdev") return `mediated device of ${device.parent}`;
  if (device.kind === "other") return undefined;
  return deviceName(device.vendor, device.device) ?? className(device.class);
}

function hex4(value: number): string {
  return value.toString(16).padStart(4, "0");
}
