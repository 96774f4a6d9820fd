import { Errno } from "../../errno.js";
import type { PciDevice } from "./device.js";
import { line } from "./registered-driver.js";

/** The `power` directory: runtime power management. drivers/base/power/sysfs.c */
export function powerFiles(device: PciDevice): void {
  const directory = device.directory.directory("power");
  const { power } = device;
  directory
    .attribute("control", {
      mode: 0o644,
      show: () => `${power.forbidden ? "on" : "auto"}\n`,
      // drivers/base/power/sysfs.c: control_store()
      store: (data) => {
        const wanted = line(data);
        if (wanted !== "auto" && wanted !== "on") return -Errno.EINVAL;
        power.forbidden = wanted === "on";
        if (power.forbidden) power.runtime?.get();
        else power.runtime?.put();
        return data.length;
      },
    })
    .readable("runtime_status", () => `${suspended(device) ? "suspended" : "active"}\n`)
    .readable("runtime_enabled", () => `${power.forbidden ? "forbidden" : "enabled"}\n`)
    .readable("runtime_usage", () => `${usage(device)}\n`)
    .readable("runtime_active_kids", () => `${activeChildren(device)}\n`)
    .readable("runtime_active_time", () => "0\n")
    .readable("runtime_suspended_time", () => "0\n")
    .attribute("async", { mode: 0o644, show: () => "enabled\n", store: (data) => data.length })
    .attribute("autosuspend_delay_ms", {
      mode: 0o644,
      show: () => -Errno.EIO,
      store: () => -Errno.EIO,
    });
}

function suspended({ power }: PciDevice): boolean {
  return power.runtime?.suspended ?? false;
}

/** Reasons not to sleep: being forbidden to, a driver that does not let go, a user. */
function usage({ power, driver }: PciDevice): number {
  const kept = driver !== undefined && power.runtime === undefined;
  const used = power.runtime !== undefined && !power.runtime.suspended && !power.forbidden;
  return (power.forbidden ? 1 : 0) + (kept ? 1 : 0) + (used ? 1 : 0);
}

function activeChildren({ subordinate }: PciDevice): number {
  return (subordinate?.devices ?? []).filter((child) => !suspended(child)).length;
}
