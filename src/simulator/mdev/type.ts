import { Errno } from "../../errno.js";
import type { Pending, Result } from "../core/result.js";
import type { SysfsDirectory } from "../sysfs/tree.js";
import { createDevice } from "./device.js";
import type { MdevTypeOptions } from "./driver.js";
import type { MdevParent } from "./parent.js";
import { parseUuid, uuidLength } from "./uuid.js";

/** struct mdev_type: a kind of device that a parent can create, and its directory in sysfs. */
export class MdevType<Type extends MdevTypeOptions = MdevTypeOptions> {
  /** Directory name: `mtty-1`. */
  readonly name: string;
  readonly directory: SysfsDirectory;
  /** Links to the devices of this type, by UUID. */
  readonly devices: SysfsDirectory;

  constructor(
    readonly parent: MdevParent<Type>,
    /** What the driver said of it. */
    readonly options: Type,
  ) {
    this.name = `${parent.driverString}-${options.sysfsName}`;
    this.directory = parent.supportedTypes.directory(this.name);
    this.devices = this.directory.directory("devices");
    this.#addAttributes();
  }

  /** How many more devices of this type could be created now. */
  get availableInstances(): number {
    const { driver, availableInstances } = this.parent;
    return driver.getAvailable?.(this.options) ?? availableInstances;
  }

  // drivers/vfio/mdev/mdev_sysfs.c: mdev_types_core_attrs
  #addAttributes(): void {
    const { driver } = this.parent;
    const { sysfsName, prettyName = sysfsName } = this.options;
    this.directory
      .writable("create", (data) => this.#create(data))
      .readable("device_api", () => `${driver.deviceApi}\n`)
      .readable("name", () => `${prettyName}\n`)
      .readable("available_instances", () => `${this.availableInstances}\n`);
    if (driver.showDescription === undefined) return;
    this.directory.readable("description", () => driver.showDescription?.(this.options) ?? "");
  }

  // drivers/vfio/mdev/mdev_sysfs.c: create_store()
  #create(data: string): Result | Pending {
    if (data.length < uuidLength || data.length > uuidLength + 1) return -Errno.EINVAL;
    const uuid = parseUuid(data);
    if (uuid === undefined) return -Errno.EINVAL;
    const made = createDevice(this, uuid);
    return typeof made === "number" ? made : data.length;
  }
}
