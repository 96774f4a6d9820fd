import { Errno } from "../../errno.js";
import { Pending, type Result } from "../core/result.js";
import type { SimulatedMachine } from "../machine.js";
import { storeUevent } from "../sysfs/device-files.js";
import { sameName } from "../sysfs/parse.js";
import type { SysfsDirectory } from "../sysfs/tree.js";
import type { MdevDevice } from "./device.js";
import type { MdevDriver } from "./driver.js";
import { releaseDriver } from "./driver-binding.js";
import { perMachine } from "./per-machine.js";

/**
 * drivers/vfio/mdev/mdev_driver.c: mdev_bus_type. Drivers never match a device by themselves: only
 * `create` attaches the parent's driver, so `bind` and `drivers_probe` bind nothing.
 */
export class MdevBus {
  /** /sys/bus/mdev */
  readonly directory: SysfsDirectory;
  /** /sys/class/mdev_bus: links to the parents. */
  readonly parentLinks: SysfsDirectory;
  /** Devices on the bus, by name. */
  readonly devices = new Map<string, MdevDevice>();
  /** UUIDs that are taken, those of devices whose removal still waits among them. */
  readonly uuids = new Set<string>();
  readonly #drivers = new Map<MdevDriver, SysfsDirectory>();

  constructor(machine: SimulatedMachine) {
    this.directory = machine.sysfs.walk("bus/mdev");
    this.parentLinks = machine.sysfs.walk("class/mdev_bus");
    this.#addBusFiles();
  }

  /** Where a registered driver is in sysfs. Throws for one that is not registered. */
  driverDirectory(driver: MdevDriver): SysfsDirectory {
    const directory = this.#drivers.get(driver);
    if (directory === undefined) throw new Error(`mdev driver "${driver.name}" is not registered`);
    return directory;
  }

  // drivers/base/driver.c: driver_register()
  register(driver: MdevDriver): Result {
    if (driver.deviceApi === "") return -Errno.EINVAL;
    const drivers = this.directory.directory("drivers");
    if (drivers.get(driver.name) !== undefined) return -Errno.EBUSY;
    const directory = drivers.directory(driver.name);
    this.#drivers.set(driver, directory);
    directory
      .writable("bind", () => -Errno.ENODEV)
      .writable("unbind", (data) => this.#unbind(driver, data))
      .writable("uevent", storeUevent);
    if (driver.module !== undefined) {
      directory.link("module", driver.module.directory);
      driver.module.directory.directory("drivers").link(`mdev:${driver.name}`, directory);
    }
    return 0;
  }

  /** drivers/base/driver.c: driver_unregister(): unbinds it from what it still has. */
  unregister(driver: MdevDriver): void {
    const { name } = this.driverDirectory(driver);
    for (const mdev of this.devices.values()) if (mdev.driver === driver) releaseDriver(mdev);
    this.#drivers.delete(driver);
    this.directory.directory("drivers").remove(name);
  }

  // drivers/base/bus.c: unbind_store()
  #unbind(driver: MdevDriver, data: string): Result | Pending {
    const mdev = this.#find(data);
    if (mdev === undefined || mdev.driver !== driver) return -Errno.ENODEV;
    const done = new Pending();
    releaseDriver(mdev).whenDone(() => done.complete(data.length));
    return done.result ?? done;
  }

  // drivers/base/bus.c: bus_register()
  #addBusFiles(): void {
    let autoprobe = "1";
    this.directory.directory("devices");
    this.directory.directory("drivers");
    this.directory
      .attribute("drivers_autoprobe", {
        mode: 0o644,
        show: () => `${autoprobe}\n`,
        store: (data) => {
          autoprobe = data.startsWith("0") ? "0" : "1";
          return data.length;
        },
      })
      .writable("drivers_probe", (data) => (this.#find(data) ? data.length : -Errno.ENODEV))
      .writable("uevent", storeUevent);
  }

  // drivers/base/bus.c: bus_find_device_by_name()
  #find(written: string): MdevDevice | undefined {
    for (const mdev of this.devices.values()) if (sameName(mdev.name, written)) return mdev;
    return undefined;
  }
}

/** The machine's bus of mediated devices. */
export const mdevBus = perMachine((machine) => new MdevBus(machine));

/**
 * drivers/vfio/mdev/mdev_driver.c: mdev_register_driver(). EINVAL without a device API, EBUSY for a
 * name that another driver has.
 */
export function registerMdevDriver(machine: SimulatedMachine, driver: MdevDriver): Result {
  return mdevBus(machine).register(driver);
}

/** drivers/vfio/mdev/mdev_driver.c: mdev_unregister_driver(). Its parents are gone by then. */
export function unregisterMdevDriver(machine: SimulatedMachine, driver: MdevDriver): void {
  mdevBus(machine).unregister(driver);
}
