import { Errno } from "../../errno.js";
import type { Client } from "../core/client.js";
import type { Width } from "../core/file.js";
import type { Pending, Result } from "../core/result.js";
import { littleEndian } from "./bytes.js";
import type { PciDevice } from "./device.js";
import { parseNumber } from "./parse-number.js";
import { withLength } from "./registered-driver.js";
import { resetBus } from "./reset-bus.js";

/** What the files that take a function away and find it again do. */
export interface Removal {
  remove(device: PciDevice): Result | Pending;
  rescan(): void;
}

/** A page without its end is the least that is too long. */
const tooLong = 4095;

/** What can be done to a function through its directory. */
export function controlFiles(device: PciDevice, removal: Removal): void {
  const { directory, resets } = device;
  directory
    .attribute("driver_override", {
      mode: 0o644,
      show: () => `${device.driverOverride ?? "(null)"}\n`,
      store: (data) => setOverride(device, data),
    })
    .attribute("enable", {
      mode: 0o644,
      show: () => `${device.enableCount}\n`,
      store: (data, client) => withLength(setEnabled(device, data, client), data),
    })
    .binary("config", 0o644, {
      read: (target, position) => readConfig(device, target, position),
      write: (source, position) => writeConfig(device, source, position),
    });
  if (!device.isVirtualFunction) presenceFiles(device, removal);
  if (device.isBridge) {
    directory.writable("reset_subordinate", (data, client) =>
      withLength(resetSubordinate(device, data, client), data),
    );
  }
  if (resets.methods.length === 0) return;
  directory
    .writable("reset", (data) => withLength(reset(device, data), data))
    .attribute("reset_method", {
      mode: 0o644,
      show: () => `${resets.methods.join(" ")}\n`,
      store: (data) => withLength(resets.choose(data), data),
    });
}

/** Virtual functions come and go with their physical one. */
function presenceFiles(device: PciDevice, removal: Removal): void {
  device.directory
    .attribute("remove", {
      mode: 0o220,
      store: (data) => {
        const value = parseNumber(data);
        if (value === undefined) return -Errno.EINVAL;
        return value === 0 ? data.length : withLength(removal.remove(device), data);
      },
    })
    .writable("rescan", (data) => {
      const value = parseNumber(data);
      if (value === undefined) return -Errno.EINVAL;
      if (value !== 0) removal.rescan();
      return data.length;
    });
}

// drivers/base/driver.c: driver_set_override()
function setOverride(device: PciDevice, data: string): Result {
  if (data.length >= tooLong) return -Errno.EINVAL;
  const [name] = data.split("\n", 1);
  device.driverOverride = name === "" ? undefined : name;
  return data.length;
}

// drivers/pci/pci-sysfs.c: enable_store()
function setEnabled(device: PciDevice, data: string, client: Client): Result {
  if (!client.capable("CAP_SYS_ADMIN")) return -Errno.EPERM;
  const value = parseNumber(data);
  if (value === undefined) return -Errno.EINVAL;
  if (device.driver !== undefined) return -Errno.EBUSY;
  if (value !== 0) return device.enable();
  if (device.enableCount === 0) return -Errno.EIO;
  device.disable();
  return 0;
}

// drivers/pci/pci-sysfs.c: reset_store()
function reset(device: PciDevice, data: string): Result {
  const value = parseNumber(data);
  return value === 1 ? device.resets.tryReset() : -Errno.EINVAL;
}

// drivers/pci/pci-sysfs.c: reset_subordinate_store()
function resetSubordinate({ subordinate }: PciDevice, data: string, client: Client): Result {
  if (!client.capable("CAP_SYS_ADMIN")) return -Errno.EPERM;
  const value = parseNumber(data);
  if (value === undefined) return -Errno.EINVAL;
  return value !== 0 && subordinate !== undefined ? resetBus(subordinate) : 0;
}

// drivers/pci/pci-sysfs.c: pci_read_config()
function readConfig({ config }: PciDevice, target: Uint8Array, position: number): Result {
  const part = config.copy(position, target.length);
  target.set(part);
  return part.length;
}

// drivers/pci/pci-sysfs.c: pci_write_config(): the largest aligned cycles that fit
function writeConfig({ config }: PciDevice, source: Uint8Array, position: number): Result {
  if (position >= config.size) return -Errno.EFBIG;
  const length = Math.min(source.length, config.size - position);
  for (let done = 0; done < length; ) {
    const at = position + done;
    const rest = length - done;
    const width: Width = at % 4 === 0 && rest >= 4 ? 4 : at % 2 === 0 && rest >= 2 ? 2 : 1;
    config.write(at, width, littleEndian(source, done, width));
    done += width;
  }
  return length;
}
