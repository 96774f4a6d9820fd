import type { Pending, Result } from "../core/result.js";
import type { MdevDevice } from "./device.js";
import type { KernelModule } from "./module.js";

/** struct mdev_type, as its driver declares it; a driver adds fields of its own. */
export interface MdevTypeOptions {
  /** Last part of the type's directory: `1` of `mtty-1`. */
  readonly sysfsName: string;
  /** What `name` shows; `sysfsName` if there is none. */
  readonly prettyName?: string;
}

/** An attribute of each device of a driver: its mode (0444 unless told) and what it does. */
export interface DeviceAttribute<Device> {
  readonly mode?: number;
  show?(mdev: Device): string | Result;
  /** The length of the data, or a negative error number. */
  store?(mdev: Device, data: string): Result;
}

/** struct attribute_group by its directory's name: attributes by their names. */
export type DeviceAttributeGroups<Device> = Readonly<
  Record<string, Readonly<Record<string, DeviceAttribute<Device>>>>
>;

/**
 * struct mdev_driver (include/linux/mdev.h): a driver of mediated devices. `Type` is what it knows
 * of a type, `Data` what it keeps for a device (dev_set_drvdata).
 */
export interface MdevDriver<Type extends MdevTypeOptions = MdevTypeOptions, Data = unknown> {
  /** Its directory under /sys/bus/mdev/drivers. */
  readonly name: string;
  /** What `device_api` shows: `vfio-pci`. Empty is EINVAL. */
  readonly deviceApi: string;
  /** Devices per parent, shared by all types, where the driver has no `getAvailable`. */
  readonly maxInstances?: number;
  /** Attributes that its devices have while it is bound. */
  readonly deviceGroups?: DeviceAttributeGroups<MdevDevice<Type, Data>>;
  /** Whose code it is: busy while one of its devices is open. */
  readonly module?: KernelModule | undefined;
  /** A device was created: 0, or a negative error number that `create` answers with. */
  probe(mdev: MdevDevice<Type, Data>): Result;
  /** The device goes away or is unbound. A wait, if somebody still uses it. */
  remove(mdev: MdevDevice<Type, Data>): Pending | undefined;
  /** How many more devices of the type could be created now. The driver keeps count itself. */
  getAvailable?(type: Type): number;
  /** What `description` shows, newline included. Without it there is no such file. */
  showDescription?(type: Type): string;
}
