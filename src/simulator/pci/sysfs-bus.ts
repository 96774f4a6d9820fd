import { Errno } from "../../errno.js";
import type { PciHost } from "./host.js";
import { parseNumber } from "./sysfs-control.js";

/** The files of /sys/bus/pci itself. */
export function busFiles(host: PciHost): void {
  host.bus
    .writable("drivers_probe", (data) =>
      host.probeByName(data) === undefined ? -Errno.ENODEV : data.length,
    )
    .attribute("drivers_autoprobe", {
      mode: 0o644,
      show: () => `${host.autoprobe ? 1 : 0}\n`,
      // drivers/base/bus.c: drivers_autoprobe_store()
      store: (data) => {
        host.autoprobe = data[0] !== "0";
        return data.length;
      },
    })
    .attribute("resource_alignment", {
      mode: 0o644,
      show: () => "\n",
      store: (data) => data.length,
    })
    .writable("rescan", (data) => {
      const value = parseNumber(data);
      if (value === undefined) return -Errno.EINVAL;
      if (value !== 0) host.rescan();
      return data.length;
    })
    .writable("uevent", (data) => data.length);
}
