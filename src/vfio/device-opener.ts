import { Errno } from "../errno.js";
import { VfioError } from "../errors.js";
import { noGroupHint } from "../hints/no-group.js";
import type { Kernel } from "../kernel.js";
import type { SysfsDevice } from "../sysfs/device.js";
import { findDevice } from "../sysfs/find-device.js";
import { Container } from "./container.js";
import type { Device } from "./device.js";
import { Group, type OpenDeviceOptions } from "./group.js";
import { wrongType } from "./numbers.js";
import type { Steps } from "./steps.js";
import type { Vfio } from "./vfio.js";

/** How a group is opened. */
export interface OpenGroupOptions {
  /** Open devices that no IOMMU holds back: they can write anywhere in the machine's memory. */
  unsafeNoIommu?: boolean | undefined;
}

/** How `vfio.openDevice` opens a device. */
export interface OpenOneOptions extends OpenDeviceOptions, OpenGroupOptions {
  /** The container for its group; one that all devices of this Vfio share unless told. */
  container?: Container | undefined;
}

/** The way to a device: its group, a container, an IOMMU. What leads nowhere is closed again. */
export class DeviceOpener {
  readonly #vfio: Vfio;
  /** Opened on the way to a device that is not there yet; others may be on the same way. */
  readonly #onTheWay = new Set<Group | Container>();

  constructor(vfio: Vfio) {
    this.#vfio = vfio;
  }

  *open(text: string, { container, unsafeNoIommu, ...options }: OpenOneOptions): Steps<Device> {
    if (typeof text !== "string") throw wrongType(text, "device", "a name");
    if (container !== undefined && !(container instanceof Container)) {
      throw wrongType(container, "container", "a Container");
    }
    const found = findDevice(this.#vfio.kernel, text);
    const id = groupOf(this.#vfio.kernel, found);
    const group = this.openGroup(id, { unsafeNoIommu }, found);
    let device: Device;
    try {
      this.#prepare(group, container);
      device = yield* group.openDeviceSteps(found.name, options);
    } catch (error) {
      this.#closeLeftOver();
      throw error;
    }
    this.#onTheWay.delete(group);
    if (group.container !== undefined) this.#onTheWay.delete(group.container);
    return device;
  }

  /** The group if it is open, or else opened; on the way to this device, if there is one. */
  openGroup(id: number, { unsafeNoIommu }: OpenGroupOptions, device?: SysfsDevice): Group {
    const { groups, kernel } = this.#vfio;
    const there = groups.find((group) => group.id === id && !group.closed);
    if (there !== undefined) {
      if (device === undefined) this.#onTheWay.delete(there);
      return there;
    }
    const path = unsafeNoIommu ? `/dev/vfio/noiommu-${id}` : `/dev/vfio/${id}`;
    const group = new Group(kernel, this.#vfio, { id, path, device });
    if (device !== undefined) this.#onTheWay.add(group);
    return group;
  }

  /** Into a container with an IOMMU, as far as it is not there yet. */
  #prepare(group: Group, container: Container | undefined): void {
    if (group.container === undefined) group.setContainer(container ?? this.#shared());
    else if (container !== undefined && container !== group.container) {
      throw new TypeError(`container: ${group.label} is in another one already`);
    }
    if (group.container?.iommu === undefined) group.container?.setIommu();
  }

  #shared(): Container {
    const before = this.#vfio.containers;
    const { container } = this.#vfio;
    if (!before.includes(container)) this.#onTheWay.add(container);
    return container;
  }

  #closeLeftOver(): void {
    const handles = [...this.#onTheWay];
    for (const group of handles.filter((handle) => handle instanceof Group)) {
      if (group.devices.length === 0 && group.idle) this.#closeAgain(group);
    }
    for (const container of handles.filter((handle) => handle instanceof Container)) {
      if (container.groups.length === 0) this.#closeAgain(container);
    }
  }

  #closeAgain(handle: Group | Container): void {
    this.#onTheWay.delete(handle);
    handle.closeSync();
  }
}

function groupOf(kernel: Kernel, { group, path, name }: SysfsDevice): number {
  if (group !== undefined) return group;
  throw new VfioError({
    errno: Errno.ENODEV,
    syscall: "readlink",
    path: `${path}/iommu_group`,
    hint: noGroupHint(kernel, name),
  });
}
