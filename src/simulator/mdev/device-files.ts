import type { SysfsDirectory } from "../sysfs/tree.js";

/** drivers/base/core.c: device_add(): the files that every device has. */
export function addDeviceFiles(
  directory: SysfsDirectory,
  { subsystem, uevent }: { subsystem: SysfsDirectory; uevent: () => string },
): void {
  directory.attribute("uevent", { mode: 0o644, show: uevent, store: (data) => data.length });
  directory.link("subsystem", subsystem);
  addPowerFiles(directory.directory("power"));
}

/** drivers/base/power/sysfs.c: dpm_sysfs_add(), for a device that has no runtime power management. */
function addPowerFiles(power: SysfsDirectory): void {
  let control = "auto";
  power.attribute("control", {
    mode: 0o644,
    show: () => `${control}\n`,
    store: (data) => {
      control = data.trim();
      return data.length;
    },
  });
  power.readable("runtime_status", () => "unsupported\n");
  power.readable("runtime_active_time", () => "0\n");
  power.readable("runtime_suspended_time", () => "0\n");
}
