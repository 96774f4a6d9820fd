import type { SimulatedMachine } from "../machine.js";
import { addDeviceFiles } from "../sysfs/device-files.js";
import type { SysfsDirectory } from "../sysfs/tree.js";

/**
 * drivers/base/core.c: device_register() of a device that hangs below no other one: its directory
 * /sys/devices/virtual/CLASS/NAME, and its link in the class. What a driver without hardware uses
 * as a parent of mediated devices.
 */
export function addVirtualDevice(
  { sysfs }: SimulatedMachine,
  className: string,
  name: string,
): SysfsDirectory {
  const classDirectory = sysfs.walk(`class/${className}`);
  const directory = sysfs.walk(`devices/virtual/${className}/${name}`);
  addDeviceFiles(directory, { subsystem: classDirectory, uevent: () => "" });
  classDirectory.link(name, directory);
  return directory;
}

/** drivers/base/core.c: device_unregister(). The class goes with its last device. */
export function removeVirtualDevice(
  { sysfs }: SimulatedMachine,
  className: string,
  name: string,
): void {
  for (const path of ["class", "devices/virtual"]) {
    const all = sysfs.walk(path);
    const ofClass = all.directory(className);
    ofClass.remove(name);
    if (ofClass.names.length === 0) all.remove(className);
  }
}
