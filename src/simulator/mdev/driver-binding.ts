import { Pending, type Result } from "../core/result.js";
import type { MdevDevice } from "./device.js";
import type { MdevDriver } from "./driver.js";

/** drivers/base/dd.c: device_driver_attach(), really_probe(). A probe's error is the result. */
export function bindDriver(mdev: MdevDevice, driver: MdevDriver): Result {
  const { bus } = mdev;
  mdev.driver = driver;
  bus.driverDirectory(driver).link(mdev.name, mdev.directory);
  mdev.directory.link("driver", bus.driverDirectory(driver));
  const result = driver.probe(mdev);
  if (result < 0) {
    removeLinks(mdev, driver);
    mdev.driver = undefined;
    mdev.data = undefined;
    return result;
  }
  addGroups(mdev, driver);
  return 0;
}

/**
 * drivers/base/dd.c: device_release_driver(). Links and driver attributes go at once, then the
 * driver's remove may wait; the device's lock is held as long.
 */
export function releaseDriver(mdev: MdevDevice): Pending {
  const done = new Pending();
  mdev.lock.lock(() => {
    const { driver } = mdev;
    if (driver !== undefined) {
      removeLinks(mdev, driver);
      for (const name of Object.keys(driver.deviceGroups ?? {})) mdev.directory.remove(name);
    }
    const finish = () => {
      mdev.driver = undefined;
      mdev.data = undefined;
      done.complete(0);
      mdev.lock.unlock();
    };
    const wait = driver?.remove(mdev);
    if (wait === undefined) finish();
    else wait.whenDone(finish);
  });
  return done;
}

function addGroups(mdev: MdevDevice, driver: MdevDriver): void {
  for (const [group, attributes] of Object.entries(driver.deviceGroups ?? {})) {
    const directory = mdev.directory.directory(group);
    for (const [name, { mode = 0o444, show, store }] of Object.entries(attributes)) {
      directory.attribute(name, {
        mode,
        ...(show === undefined ? {} : { show: () => show(mdev) }),
        ...(store === undefined ? {} : { store: (data: string) => store(mdev, data) }),
      });
    }
  }
}

function removeLinks(mdev: MdevDevice, driver: MdevDriver): void {
  mdev.bus.driverDirectory(driver).remove(mdev.name);
  mdev.directory.remove("driver");
}
