import { Errno } from "../../errno.js";
import type { PciHost } from "./host.js";
import { parseNumber } from "./parse-number.js";
import { line } from "./registered-driver.js";
import { storeUevent } from "./sysfs-settings.js";

/** The files of /sys/bus/pci itself. */
export function busFiles(host: PciHost): void {
  let alignment = "";
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
      show: () => (alignment === "" ? "" : `${alignment}\n`),
      store: (data) => {
        alignment = line(data);
        return data.length;
      },
    })
    .writable("rescan", (data) => {
      const value = parseNumber(data);
      if (value === undefined) return -Errno.EINVAL;
      if (value !== 0) host.rescan();
      return data.length;
    })
    .writable("uevent", storeUevent);
}
