import { Errno } from "../errno.js";
import { isVfioError, VfioError } from "../errors.js";
import type { Kernel } from "../kernel.js";
import { ifThere, names } from "./attribute.js";
import { deviceAt, type SysfsDevice } from "./device.js";
import { mdevBus } from "./mdev-device.js";
import { pciAddress, similarNames, uuid } from "./name.js";
import { pciBus } from "./pci-device.js";

/**
 * The device that somebody means by a PCI address (`0000:00:05.0`, or short: `00:05.0`), a UUID,
 * or a path of sysfs that leads to its directory.
 *
 * @throws TypeError for a text that is none of these
 * @throws VfioError ENODEV, with a hint that names similar devices
 */
export function findDevice(kernel: Pick<Kernel, "sysfs">, text: string): SysfsDevice {
  const path = pathOf(text);
  if (path === undefined) {
    throw new TypeError(
      `device: '${text}' is not a PCI address (0000:00:05.0), a UUID or a path of /sys`,
    );
  }
  try {
    return deviceAt(kernel, path);
  } catch (error) {
    if (!isVfioError(error, "ENOENT")) throw error;
    throw new VfioError({
      errno: Errno.ENODEV,
      syscall: error.syscall,
      path,
      hint: `There is no device ${text} here. ${whatIsThere(kernel, text)}`,
    });
  }
}

function pathOf(text: string): string | undefined {
  if (text.startsWith("/sys/")) return text.replace(/\/+$/, "");
  const address = pciAddress(text);
  if (address !== undefined) return `${pciBus}/devices/${address}`;
  const id = uuid(text);
  return id === undefined ? undefined : `${mdevBus}/devices/${id}`;
}

function whatIsThere(kernel: Pick<Kernel, "sysfs">, text: string): string {
  const present = [pciBus, mdevBus].flatMap((bus) => names(kernel.sysfs, `${bus}/devices`));
  const wanted = pciAddress(text) ?? text.slice(text.lastIndexOf("/") + 1);
  const similar = similarNames(wanted, present);
  if (similar.length > 0) return `Did you mean ${similar.join(", ")}?`;
  if (ifThere(() => kernel.sysfs.list("/sys")) === undefined) return "/sys is not mounted.";
  return present.length === 0
    ? "No PCI and no mediated device is here."
    : `${present.length} devices are: \`vfio list\`.`;
}
