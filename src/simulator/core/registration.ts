import type { Timer } from "../clock.js";
import type { IommuGroup, IommuGroupMember } from "../iommu/iommu-group.js";
import { Pending } from "./result.js";
import type { VfioDevice } from "./vfio-device.js";
import type { VfioGroup } from "./vfio-group.js";

/** How often a driver is told that somebody waits for its device, in milliseconds. */
const REQUEST_INTERVAL = 10_000;

/** What a device is in and who holds it, from registration to the end of unregistration. */
export class DeviceRegistration {
  /** Open device files. */
  openCount = 0;
  /** Itself, and one for each device file. */
  #references = 1;
  #removal: Pending | undefined;
  #requests = 0;
  #timer: Timer | undefined;

  constructor(
    readonly device: VfioDevice,
    readonly group: VfioGroup,
    readonly iommuGroup: IommuGroup,
    /** The M of `vfio-dev/vfioM`. */
    readonly index: number,
    /** The place in a group that was made up for it. */
    readonly member: IommuGroupMember | undefined,
  ) {}

  hold(): void {
    this.#references += 1;
  }

  // drivers/vfio/vfio_main.c: vfio_device_put_registration()
  drop(): void {
    this.#references -= 1;
    if (this.#references === 0) this.#finish();
  }

  // drivers/vfio/vfio_main.c: vfio_unregister_group_dev()
  unregister(): Pending {
    if (this.#removal !== undefined) return this.#removal;
    const removal = new Pending();
    this.#removal = removal;
    if (!this.device.machine.profile.openWhileRemoving) this.#hide();
    this.drop();
    if (removal.result === undefined) this.#request();
    return removal;
  }

  #request(): void {
    const { machine, name, ops } = this.device;
    try {
      ops.request?.(this.#requests);
    } catch (error) {
      machine.modelErrors.caught(`request of ${name}`, error);
    }
    this.#requests += 1;
    if (this.#removal?.result !== undefined) return;
    this.#timer = this.device.machine.clock.after(REQUEST_INTERVAL, () => this.#request());
  }

  /** GET_DEVICE_FD finds it no more; on 6.1 only when the last user has gone. */
  #hide(): void {
    this.group.devices.delete(this.device);
    this.device.machine.vfio.hideDevice(this);
  }

  #finish(): void {
    this.#timer?.cancel();
    this.#hide();
    this.device.machine.vfio.removeDevice(this);
    this.#removal?.complete(0);
  }
}
