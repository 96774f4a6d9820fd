import { addDeviceFiles } from "../sysfs/device-files.js";
import type { SysfsDirectory } from "../sysfs/tree.js";

/** What VFIO shows in sysfs: class vfio (groups) and class vfio-dev (devices). */
export class VfioSysfs {
  readonly #groupClass: SysfsDirectory;
  readonly #deviceClass: SysfsDirectory;
  /** devices/virtual, where the class has a directory while it has devices. */
  readonly #virtual: SysfsDirectory;

  constructor(
    sysfs: SysfsDirectory,
    /** CONFIG_VFIO_DEVICE_CDEV: class devices have numbers of their own. */
    readonly cdev: boolean,
  ) {
    this.#groupClass = sysfs.walk("class/vfio");
    this.#deviceClass = sysfs.walk("class/vfio-dev");
    this.#virtual = sysfs.walk("devices/virtual");
  }

  addGroup(name: string, major: number, minor: number): void {
    const directory = this.#virtual.directory("vfio").directory(name);
    directory.readable("dev", () => `${major}:${minor}\n`);
    const uevent = `MAJOR=${major}\nMINOR=${minor}\nDEVNAME=vfio/${name}\n`;
    addDeviceFiles(directory, { subsystem: this.#groupClass, uevent: () => uevent });
    this.#groupClass.link(name, directory);
  }

  removeGroup(name: string): void {
    this.#groupClass.remove(name);
    const all = this.#virtual.directory("vfio");
    all.remove(name);
    if (all.names.length === 0) this.#virtual.remove("vfio");
  }

  addDevice(parent: SysfsDirectory, index: number): void {
    const name = `vfio${index}`;
    const directory = parent.directory("vfio-dev").directory(name);
    directory.link("device", parent);
    addDeviceFiles(directory, { subsystem: this.#deviceClass, uevent: () => "" });
    this.#deviceClass.link(name, directory);
  }

  removeDevice(parent: SysfsDirectory, index: number): void {
    const name = `vfio${index}`;
    this.#deviceClass.remove(name);
    const directory = parent.get("vfio-dev");
    if (directory?.kind !== "directory") return;
    directory.remove(name);
    if (directory.names.length === 0) parent.remove("vfio-dev");
  }
}
