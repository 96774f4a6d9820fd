import { Errno } from "../../errno.js";
import { Pending, type Result } from "../core/result.js";
import type { SimulatedMachine } from "../machine.js";
import type { SysfsDirectory } from "../sysfs/tree.js";
import { type MdevBus, mdevBus } from "./bus.js";
import { type MdevDevice, removeCommon } from "./device.js";
import type { MdevDriver, MdevTypeOptions } from "./driver.js";
import { ReadWriteSemaphore } from "./locks.js";
import { MdevType } from "./type.js";

/** What a vendor driver says of a device of which it can make mediated ones. */
export interface MdevParentOptions<Type extends MdevTypeOptions = MdevTypeOptions> {
  machine: SimulatedMachine;
  /** The device's directory in sysfs. */
  directory: SysfsDirectory;
  /** dev_driver_string(): its driver's name, else its bus's, else its class's. Prefix of types. */
  driverString: string;
  /** Bound to the devices that are created. Registered before. */
  driver: MdevDriver<Type>;
  types: readonly Type[];
}

/** struct mdev_parent: a device that mediated devices can be created on. */
export class MdevParent<Type extends MdevTypeOptions = MdevTypeOptions> {
  readonly machine: SimulatedMachine;
  readonly bus: MdevBus;
  readonly directory: SysfsDirectory;
  readonly driverString: string;
  readonly driver: MdevDriver<Type>;
  readonly types: readonly MdevType<Type>[];
  /** DIRECTORY/mdev_supported_types */
  readonly supportedTypes: SysfsDirectory;
  /** Its mediated devices, oldest first, without those that are going away. */
  readonly children = new Set<MdevDevice>();
  /** unreg_sem: read while a device is created or removed, written to unregister. */
  readonly semaphore = new ReadWriteSemaphore();
  /** Instances left, where the driver does not count itself. */
  availableInstances: number;

  constructor({ machine, directory, driverString, driver, types }: MdevParentOptions<Type>) {
    this.machine = machine;
    this.bus = mdevBus(machine);
    this.directory = directory;
    this.driverString = driverString;
    this.driver = driver;
    this.availableInstances = driver.maxInstances ?? 0;
    this.supportedTypes = directory.directory("mdev_supported_types");
    this.types = types.map((options) => new MdevType(this, options));
  }

  /** One instance less; false when there is none left. */
  takeInstance(): boolean {
    if (this.driver.getAvailable !== undefined) return true;
    if (this.availableInstances === 0) return false;
    this.availableInstances -= 1;
    return true;
  }

  returnInstance(): void {
    if (this.driver.getAvailable === undefined) this.availableInstances += 1;
  }
}

/**
 * drivers/vfio/mdev/mdev_core.c: mdev_register_parent(). ENOMEM when the device is a parent already
 * (its `mdev_supported_types` cannot be made a second time).
 */
export function registerMdevParent<Type extends MdevTypeOptions>(
  options: MdevParentOptions<Type>,
): MdevParent<Type> | Result {
  const bus = mdevBus(options.machine);
  bus.driverDirectory(options.driver);
  if (options.directory.get("mdev_supported_types") !== undefined) return -Errno.ENOMEM;
  const parent = new MdevParent(options);
  bus.parentLinks.link(options.directory.name, options.directory);
  return parent;
}

/**
 * drivers/vfio/mdev/mdev_core.c: mdev_unregister_parent(). Removes its devices one after the other,
 * each as soon as nobody uses it; nothing can be created or removed meanwhile (ENODEV).
 */
export function unregisterMdevParent<Type extends MdevTypeOptions>(
  parent: MdevParent<Type>,
): Pending {
  const done = new Pending();
  parent.semaphore.write(() => {
    parent.bus.parentLinks.remove(parent.directory.name);
    removeChildren(parent.children, () => {
      parent.directory.remove("mdev_supported_types");
      done.complete(0);
    });
  });
  return done;
}

function removeChildren(children: ReadonlySet<MdevDevice>, then: () => void): void {
  const [next] = children;
  if (next === undefined) then();
  else removeCommon(next).whenDone(() => removeChildren(children, then));
}
