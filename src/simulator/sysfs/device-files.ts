import { Errno } from "../../errno.js";
import type { Result } from "../core/result.js";
import { sameName } from "./parse.js";
import type { SysfsDirectory } from "./tree.js";

const actions = ["add", "remove", "change", "move", "online", "offline", "bind", "unbind"] as const;

/** drivers/base/core.c: device_add(): the files that every device has. */
export function addDeviceFiles(
  directory: SysfsDirectory,
  { subsystem, uevent }: { subsystem: SysfsDirectory; uevent: () => string },
): void {
  directory.attribute("uevent", { mode: 0o644, show: uevent, store: storeUevent });
  directory.link("subsystem", subsystem);
  addPowerFiles(directory.directory("power"));
}

/**
 * lib/kobject_uevent.c: kobject_synth_uevent(): an action, and arguments that nobody hears here.
 */
export function storeUevent(data: string): Result {
  const [action = ""] = data.split(" ");
  return actions.some((name) => sameName(name, action)) ? data.length : -Errno.EINVAL;
}

/** drivers/base/power/sysfs.c: dpm_sysfs_add(), of a device without runtime power management. */
function addPowerFiles(power: SysfsDirectory): void {
  const control = addChoice(power, "control", ["auto", "on"]);
  addChoice(power, "async", ["disabled", "enabled"]);
  power
    .attribute("autosuspend_delay_ms", {
      mode: 0o644,
      show: () => -Errno.EIO,
      store: () => -Errno.EIO,
    })
    .readable("runtime_active_kids", () => "0\n")
    .readable("runtime_active_time", () => "0\n")
    .readable("runtime_enabled", () => runtimeEnabled(control()))
    .readable("runtime_status", () => "unsupported\n")
    .readable("runtime_suspended_time", () => "0\n")
    .readable("runtime_usage", () => (control() === "on" ? "1\n" : "0\n"));
}

function runtimeEnabled(control: string): string {
  return control === "on" ? "disabled & forbidden\n" : "disabled\n";
}

/** An attribute that takes one of two words; the first one is what it starts with. */
function addChoice(
  directory: SysfsDirectory,
  name: string,
  words: readonly [string, string],
): () => string {
  let chosen = words[0];
  directory.attribute(name, {
    mode: 0o644,
    show: () => `${chosen}\n`,
    store: (data) => {
      const word = words.find((candidate) => sameName(candidate, data));
      if (word === undefined) return -Errno.EINVAL;
      chosen = word;
      return data.length;
    },
  });
  return () => chosen;
}
