import { Errno } from "../../errno.js";
import { Pending, type Result } from "../core/result.js";
import type { SimulatedMachine } from "../machine.js";
import { addDeviceFiles } from "../sysfs/device-files.js";
import { parseUnsigned } from "../sysfs/parse.js";
import type { SysfsDirectory } from "../sysfs/tree.js";
import type { MdevBus } from "./bus.js";
import type { MdevDriver, MdevTypeOptions } from "./driver.js";
import { bindDriver, releaseDriver } from "./driver-binding.js";
import { Mutex } from "./locks.js";
import type { MdevType } from "./type.js";

/** struct mdev_device: a mediated device, child of its parent. */
export class MdevDevice<Type extends MdevTypeOptions = MdevTypeOptions, Data = unknown> {
  readonly machine: SimulatedMachine;
  readonly bus: MdevBus;
  readonly directory: SysfsDirectory;
  /** device_lock(): held while its driver is bound or unbound. */
  readonly lock = new Mutex();
  /** The driver that is bound now. */
  driver: MdevDriver | undefined;
  /** What the driver keeps for it: dev_set_drvdata(). */
  data: Data | undefined;
  /** False until it is whole, and again once its removal has begun. */
  active = false;

  constructor(
    readonly type: MdevType<Type>,
    /** dev_name(): the UUID in lower case. */
    readonly name: string,
  ) {
    this.machine = type.parent.machine;
    this.bus = type.parent.bus;
    this.directory = type.parent.directory.directory(name);
  }
}

/**
 * drivers/vfio/mdev/mdev_core.c: mdev_device_create(). The UUID may not be in use on the whole
 * machine (EEXIST); a driver that does not count itself has so many instances per parent (EUSERS);
 * a parent that is being unregistered makes none (ENODEV); then the driver's probe decides.
 */
export function createDevice<Type extends MdevTypeOptions>(
  type: MdevType<Type>,
  uuid: string,
): MdevDevice<Type> | Result {
  const { parent } = type;
  const { bus } = parent;
  if (bus.uuids.has(uuid)) return -Errno.EEXIST;
  if (!parent.takeInstance()) return -Errno.EUSERS;
  bus.uuids.add(uuid);

  const result = parent.semaphore.tryRead() ? addDevice(type, uuid) : -Errno.ENODEV;
  if (typeof result === "number") forget(type, uuid);
  return result;
}

function addDevice<Type extends MdevTypeOptions>(
  type: MdevType<Type>,
  uuid: string,
): MdevDevice<Type> | Result {
  const { parent } = type;
  const mdev = new MdevDevice(type, uuid);
  addFiles(mdev);
  parent.children.add(mdev);
  const bound = bindDriver(mdev, parent.driver);
  if (bound < 0) {
    deleteDevice(mdev);
  } else {
    // drivers/vfio/mdev/mdev_sysfs.c: mdev_create_sysfs_files()
    type.devices.link(uuid, mdev.directory);
    mdev.directory.link("mdev_type", type.directory);
    mdev.active = true;
  }
  parent.semaphore.endRead();
  return bound < 0 ? bound : mdev;
}

function addFiles(mdev: MdevDevice): void {
  const { bus } = mdev;
  addDeviceFiles(mdev.directory, {
    subsystem: bus.directory,
    uevent: () => (mdev.driver === undefined ? "" : `DRIVER=${mdev.driver.name}\n`),
  });
  mdev.directory.writable("remove", (data) => store(mdev, data));
  bus.devices.set(mdev.name, mdev);
  bus.directory.directory("devices").link(mdev.name, mdev.directory);
}

// drivers/vfio/mdev/mdev_sysfs.c: remove_store()
function store(mdev: MdevDevice, data: string): Result | Pending {
  // fs/kernfs/file.c: a file that was opened before the attribute went away
  if (mdev.directory.get("remove") === undefined) return -Errno.ENODEV;
  const value = parseUnsigned(data);
  if (value === undefined) return -Errno.EINVAL;
  if (value === 0n) return data.length;
  mdev.directory.remove("remove");
  const done = new Pending();
  removeDevice(mdev).whenDone((result) => done.complete(result < 0 ? result : data.length));
  return done.result ?? done;
}

/**
 * drivers/vfio/mdev/mdev_core.c: mdev_device_remove(). The wait ends when nobody uses the device
 * any more. ENODEV for one that is gone or whose parent is being unregistered, EAGAIN for one that
 * is being removed already.
 */
export function removeDevice(mdev: MdevDevice): Pending {
  const done = new Pending();
  const { parent } = mdev.type;
  if (!mdev.bus.uuids.has(mdev.name)) done.complete(-Errno.ENODEV);
  else if (!mdev.active) done.complete(-Errno.EAGAIN);
  if (done.result !== undefined) return done;

  mdev.active = false;
  if (!parent.semaphore.tryRead()) {
    done.complete(-Errno.ENODEV);
    return done;
  }
  removeCommon(mdev).whenDone(() => {
    parent.semaphore.endRead();
    done.complete(0);
  });
  return done;
}

/** drivers/vfio/mdev/mdev_core.c: mdev_device_remove_common() */
export function removeCommon(mdev: MdevDevice): Pending {
  const done = new Pending();
  mdev.directory.remove("mdev_type");
  mdev.type.devices.remove(mdev.name);
  deleteDevice(mdev).whenDone(() => {
    forget(mdev.type, mdev.name);
    done.complete(0);
  });
  return done;
}

/**
 * drivers/base/core.c: device_del(). Waits for the device's lock first (somebody may be unbinding
 * it), then for the driver to let go; the directory itself stays until the end.
 */
function deleteDevice(mdev: MdevDevice): Pending {
  const done = new Pending();
  const { bus } = mdev;
  mdev.lock.lock(() => {
    mdev.lock.unlock();
    mdev.type.parent.children.delete(mdev);
    for (const name of ["power", "uevent", "remove", "subsystem"]) mdev.directory.remove(name);
    bus.directory.directory("devices").remove(mdev.name);
    bus.devices.delete(mdev.name);
    releaseDriver(mdev).whenDone(() => {
      mdev.type.parent.directory.remove(mdev.name);
      done.complete(0);
    });
  });
  return done;
}

/** drivers/vfio/mdev/mdev_core.c: mdev_device_release(): the last reference is gone. */
function forget<Type extends MdevTypeOptions>({ parent }: MdevType<Type>, uuid: string): void {
  parent.bus.uuids.delete(uuid);
  parent.returnInstance();
}
