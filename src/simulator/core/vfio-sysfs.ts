import type { SysfsDirectory } from "../sysfs/tree.js";

/** What VFIO shows in sysfs: class vfio (groups) and class vfio-dev (devices). */
export class VfioSysfs {
  readonly #groupClass: SysfsDirectory;
  readonly #deviceClass: SysfsDirectory;
  readonly #virtual: SysfsDirectory;

  constructor(
    sysfs: SysfsDirectory,
    /** CONFIG_VFIO_DEVICE_CDEV: class devices have numbers of their own. */
    readonly cdev: boolean,
  ) {
    this.#groupClass = sysfs.walk("class/vfio");
    this.#deviceClass = sysfs.walk("class/vfio-dev");
    this.#virtual = sysfs.walk("devices/virtual/vfio");
  }

  addGroup(name: string, major: number, minor: number): void {
    const directory = this.#virtual.directory(name);
    directory.readable("dev", () => `${major}:${minor}\n`);
    const uevent = `MAJOR=${major}\nMINOR=${minor}\nDEVNAME=vfio/${name}\n`;
    directory.attribute("uevent", { mode: 0o644, show: () => uevent, store: ignore });
    directory.directory("power");
    directory.link("subsystem", this.#groupClass);
    this.#groupClass.link(name, directory);
  }

  removeGroup(name: string): void {
    this.#groupClass.remove(name);
    this.#virtual.remove(name);
  }

  addDevice(parent: SysfsDirectory, index: number): void {
    const name = `vfio${index}`;
    const directory = parent.directory("vfio-dev").directory(name);
    directory.link("device", parent);
    directory.link("subsystem", this.#deviceClass);
    directory.directory("power");
    directory.attribute("uevent", { mode: 0o644, show: () => "", store: ignore });
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

/** A uevent file takes any text that asks for an event; nobody listens here. */
function ignore(data: string): number {
  return data.length;
}
