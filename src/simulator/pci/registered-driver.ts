import { Errno } from "../../errno.js";
import { Pending, type Result } from "../core/result.js";
import type { SysfsDirectory } from "../sysfs/tree.js";
import type { PciDevice } from "./device.js";
import type { PciDriver, PciId } from "./driver.js";
import { anyId, pciId } from "./driver.js";
import { attach, detach, knowsId, locked, matches } from "./driver-core.js";
import { storeUevent } from "./sysfs-settings.js";

/** What a driver's files in sysfs need of the bus. */
export interface DriverBus {
  readonly devices: Iterable<PciDevice>;
  find(name: string): PciDevice | undefined;
}

/** A driver on the bus: its directory /sys/bus/pci/drivers/NAME and its dynamic identifiers. */
export class RegisteredDriver {
  readonly dynamicIds: PciId[] = [];
  readonly #bus: DriverBus;

  constructor(
    readonly driver: PciDriver,
    readonly directory: SysfsDirectory,
    bus: DriverBus,
  ) {
    this.#bus = bus;
    directory
      .writable("bind", (data) => withLength(this.#bind(data), data))
      .writable("unbind", (data) => withLength(this.#unbind(data), data))
      .writable("new_id", (data) => withLength(this.#newId(data), data))
      .writable("remove_id", (data) => withLength(this.#removeId(data), data))
      .writable("uevent", storeUevent);
  }

  // drivers/base/bus.c: bind_store()
  #bind(data: string): Result | Pending {
    const device = this.#bus.find(line(data));
    if (device === undefined || !matches(this, device)) return -Errno.ENODEV;
    return locked(device, () => attach(device, this));
  }

  // drivers/base/bus.c: unbind_store()
  #unbind(data: string): Result | Pending {
    const device = this.#bus.find(line(data));
    if (device === undefined || device.driver !== this.driver) return -Errno.ENODEV;
    return locked(device, () => detach(device, this));
  }

  // drivers/pci/pci-driver.c: new_id_store()
  #newId(data: string): Result {
    const id = parseId(data);
    if (id === undefined) return -Errno.EINVAL;
    if (id.fields !== 7 && knowsId(this, asDevice(id.id))) return -Errno.EEXIST;
    const known = this.driver.ids;
    if (known.length > 0 && !known.some(({ driverData }) => driverData === id.id.driverData)) {
      return -Errno.EINVAL;
    }
    this.dynamicIds.push(id.id);
    for (const device of this.#bus.devices) {
      if (device.driver !== undefined || !matches(this, device)) continue;
      locked(device, () => attach(device, this));
    }
    return 0;
  }

  // drivers/pci/pci-driver.c: remove_id_store()
  #removeId(data: string): Result {
    const wanted = parseId(data)?.id;
    if (wanted === undefined) return -Errno.EINVAL;
    const index = this.dynamicIds.findIndex(
      (id) =>
        id.vendor === wanted.vendor &&
        id.device === wanted.device &&
        (wanted.subvendor === anyId || id.subvendor === wanted.subvendor) &&
        (wanted.subdevice === anyId || id.subdevice === wanted.subdevice) &&
        ((id.classCode ^ wanted.classCode) & wanted.classMask) === 0,
    );
    if (index < 0) return -Errno.ENODEV;
    this.dynamicIds.splice(index, 1);
    return 0;
  }
}

/** sysfs_streq(): one newline at the end does not count. */
export function line(data: string): string {
  return data.endsWith("\n") ? data.slice(0, -1) : data;
}

/** What a store answers: the length of what was written, once it has succeeded. */
export function withLength(result: Result | Pending, data: string): Result | Pending {
  if (typeof result === "number") return result < 0 ? result : data.length;
  const wait = new Pending();
  result.whenDone((done) => wait.complete(done < 0 ? done : data.length));
  return wait;
}

const names = [
  "vendor",
  "device",
  "subvendor",
  "subdevice",
  "classCode",
  "classMask",
  "driverData",
] as const;

/** The identifier as a device has it: struct pci_dev keeps 16 bits of most numbers. */
function asDevice(id: PciId): PciId {
  const short = (value: number) => value & 0xffff;
  return {
    ...id,
    vendor: short(id.vendor),
    device: short(id.device),
    subvendor: short(id.subvendor),
    subdevice: short(id.subdevice),
  };
}

/** sscanf("%x %x %x %x %x %x %lx"): at least vendor and device. */
function parseId(data: string): { id: PciId; fields: number } | undefined {
  const values: Partial<Record<(typeof names)[number], number>> = {};
  let rest = data;
  let fields = 0;
  for (const name of names) {
    const match = /^\s*(?:0x)?([0-9a-f]{1,16})/i.exec(rest);
    if (match === null) break;
    values[name] = Number(BigInt.asUintN(32, BigInt(`0x${match[1]}`)));
    rest = rest.slice(match[0].length);
    fields += 1;
  }
  return fields < 2 ? undefined : { id: pciId(values), fields };
}
