import { Errno } from "../../errno.js";
import { Pending, type Result } from "../core/result.js";
import type { PciDevice } from "./device.js";
import { matchesId, type PciId } from "./driver.js";
import type { RegisteredDriver } from "./registered-driver.js";

/** How a driver and a function would come together, or not. */
// drivers/pci/pci-driver.c: pci_match_device()
export function matches({ driver, dynamicIds }: RegisteredDriver, device: PciDevice): boolean {
  const { driverOverride } = device;
  if (driverOverride !== undefined) return driverOverride === driver.name;
  return [...dynamicIds, ...driver.ids].some((id) => matchesId(id, device));
}

/** Whether a made-up function with these identifiers would be taken: new_id's test for doubles. */
export function knowsId({ driver, dynamicIds }: RegisteredDriver, wanted: PciId): boolean {
  return [...dynamicIds, ...driver.ids].some(
    (id) =>
      accepts(id.vendor, wanted.vendor) &&
      accepts(id.device, wanted.device) &&
      accepts(id.subvendor, wanted.subvendor) &&
      accepts(id.subdevice, wanted.subdevice) &&
      ((id.classCode ^ wanted.classCode) & id.classMask) === 0,
  );
}

function accepts(pattern: number, value: number): boolean {
  return pattern === 0xffff_ffff || pattern === value;
}

/** Runs something with the device's lock held: at once, or when whoever waits with it is done. */
export function locked(device: PciDevice, act: () => Result | Pending): Result | Pending {
  const wait = new Pending();
  device.lock.lock(() => {
    const finish = (result: Result) => {
      device.lock.unlock();
      wait.complete(result);
    };
    const result = act();
    if (typeof result === "number") finish(result);
    else result.whenDone(finish);
  });
  return wait.result ?? wait;
}

// drivers/base/dd.c: device_driver_attach(), really_probe()
export function attach(device: PciDevice, registered: RegisteredDriver): Result {
  if (device.driver !== undefined) return -Errno.EBUSY;
  const { driver, directory } = registered;
  // drivers/pci/pci-driver.c: pci_dma_configure()
  if (driver.usesDmaApi && device.group?.owner !== undefined) return -Errno.EBUSY;
  device.driver = driver;
  const result = driver.probe(device);
  if (result < 0) {
    device.driver = undefined;
    device.driverData = undefined;
    return result;
  }
  directory.link(device.name, device.directory);
  device.directory.link("driver", directory);
  return 0;
}

// drivers/base/dd.c: device_driver_detach(); the driver's remove may wait for the device's users
export function detach(device: PciDevice, registered: RegisteredDriver): Result | Pending {
  const { driver, directory } = registered;
  if (device.driver !== driver) return 0;
  const finish = () => {
    device.driver = undefined;
    device.driverData = undefined;
    device.interrupts.handlers = {};
  };
  directory.remove(device.name);
  device.directory.remove("driver");
  const wait = driver.remove(device);
  if (wait === undefined) {
    finish();
    return 0;
  }
  const done = new Pending();
  wait.whenDone((result) => {
    finish();
    done.complete(result);
  });
  return done.result ?? done;
}

/** Tries drivers in order until one takes the device. A probe that fails lets the next one try. */
// drivers/base/dd.c: device_attach()
export function attachAny(device: PciDevice, drivers: Iterable<RegisteredDriver>): void {
  for (const registered of drivers) {
    if (device.driver !== undefined) return;
    if (matches(registered, device)) attach(device, registered);
  }
}
