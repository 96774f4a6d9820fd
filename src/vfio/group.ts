import { explain, explained } from "../hints/explain.js";
import { openDeviceHint } from "../hints/open-device.js";
import { type GroupFacts, openGroupHint } from "../hints/open-group.js";
import { setContainerHint } from "../hints/set-container.js";
import { unsetContainerHint } from "../hints/unset-container.js";
import { type Fd, type IoctlArgument, type Kernel, OpenFlags } from "../kernel.js";
import { viewOf } from "../uapi/codec.js";
import { GroupFlags } from "../uapi/flags.js";
import { Vfio as Requests } from "../uapi/requests.js";
import * as structs from "../uapi/structs.js";
import { Container } from "./container.js";
import { Device } from "./device.js";
import { deviceInfo } from "./device-info.js";
import { Handle } from "./handle.js";
import { called, wrongType } from "./numbers.js";
import { closeStep, ioctlCall, type Steps } from "./steps.js";

/** VFIO_GROUP_GET_STATUS. */
export interface GroupStatus {
  /** No device of the group is used by the kernel: user space may have them all. */
  readonly viable: boolean;
  /** It is in a container. */
  readonly containerSet: boolean;
}

/** How a device is to be opened. */
export interface OpenDeviceOptions {
  /** UUID that physical and virtual functions share (SR-IOV, both in user space). */
  vfToken?: string | undefined;
  /**
   * Take the request interrupt for `device.requested`. Yes unless told; without it
   * `device.interrupts.req` is free.
   */
  watchRequest?: boolean | undefined;
}

/**
 * An IOMMU group: the smallest set of devices that can be told apart by the IOMMU, and so the unit
 * of ownership. `/dev/vfio/N`; one opener on the whole machine. To reach its devices, put it into a
 * container and give that an IOMMU.
 */
export class Group extends Handle {
  readonly kernel: Kernel;
  /** Number of the IOMMU group. */
  readonly id: number;
  /** Its node under /dev/vfio. */
  readonly path: string;
  readonly #fd: Fd;
  #container: Container | undefined;

  /**
   * Opens the node. Programs call `vfio.openGroup()`, which also closes it.
   *
   * @throws VfioError EBUSY (who holds it?), ENOENT (no device of it belongs to VFIO), EACCES,
   *   EPERM, ENODEV; each with a hint. group.c: vfio_group_fops_open()
   */
  constructor(kernel: Kernel, parent: Handle, { id, path, device }: Omit<GroupFacts, "kernel">) {
    super();
    this.kernel = kernel;
    this.id = id;
    this.path = path;
    const facts = { kernel, id, path, device };
    this.#fd = explain(
      () => kernel.open(path, OpenFlags.readWrite),
      (error) => ({ path, hint: openGroupHint(facts, error) }),
    );
    this.attachTo(parent);
  }

  get label(): string {
    return `group ${this.id}`;
  }

  /** The descriptor, for requests of your own. @throws ClosedError */
  get fd(): Fd {
    this.assertOpen();
    return this.#fd;
  }

  /** The container that it is in. */
  get container(): Container | undefined {
    return this.#container;
  }

  /** Devices of the group that are open through this object. */
  get devices(): Device[] {
    return [...this.children].filter((child) => child instanceof Device);
  }

  /**
   * VFIO_GROUP_GET_STATUS.
   *
   * @throws VfioError ENODEV when the group's last device is gone
   */
  status(): GroupStatus {
    const bytes = structs.groupStatus.encode({});
    this.kernel.ioctl(this.fd, Requests.GROUP_GET_STATUS, bytes);
    const { flags } = structs.groupStatus.decode(bytes);
    return {
      viable: (flags & GroupFlags.VIABLE) !== 0,
      containerSet: (flags & GroupFlags.CONTAINER_SET) !== 0,
    };
  }

  /**
   * VFIO_GROUP_SET_CONTAINER: puts the group into a container. If that has an IOMMU already, all
   * that it has mapped is mapped for this group too.
   *
   * @throws TypeError for what is not a container of the same Vfio
   * @throws VfioError EPERM (not viable: which device?), EINVAL, EBUSY, ENODEV; each with a hint.
   *   group.c: vfio_group_ioctl_set_container()
   */
  setContainer(container: Container): void {
    if (!(container instanceof Container)) throw wrongType(container, "container", "a Container");
    if (container.kernel !== this.kernel) {
      throw new TypeError("container: it belongs to another Vfio");
    }
    const bytes = new Uint8Array(4);
    viewOf(bytes).setInt32(0, container.fd, true);
    explain(
      () => this.kernel.ioctl(this.fd, Requests.GROUP_SET_CONTAINER, bytes),
      (error) => ({ path: this.path, hint: setContainerHint(this.#facts(), error) }),
    );
    this.#container = container;
    this.attachTo(container);
    container.groupsChanged();
  }

  /**
   * VFIO_GROUP_UNSET_CONTAINER: takes the group out of its container. The last group takes the
   * container's IOMMU and all its mappings with it.
   *
   * @throws VfioError EBUSY while a device of the group is open or mapped (which?), EINVAL in no
   *   container. group.c: vfio_group_ioctl_unset_container()
   */
  unsetContainer(): void {
    explain(
      () => this.kernel.ioctl(this.fd, Requests.GROUP_UNSET_CONTAINER, 0),
      (error) => ({ path: this.path, hint: unsetContainerHint(this.devices, error) }),
    );
    this.#leaveContainer();
  }

  /**
   * VFIO_GROUP_GET_DEVICE_FD: opens a device of the group by the name that sysfs has for it.
   * Opening resets the device where it can be reset: an NVMe function takes 150 ms.
   *
   * @throws VfioError ENODEV (no such device in the group), EINVAL (no container, or one without an
   *   IOMMU), EACCES (`vfToken` wanted), EBUSY, EAGAIN; each with a hint
   */
  openDevice(name: string, options: OpenDeviceOptions = {}): Promise<Device> {
    return this.runAsync(called("openDevice", name), this.#openDevice(name, options));
  }

  /** `openDevice` on this thread. */
  openDeviceSync(name: string, options: OpenDeviceOptions = {}): Device {
    return this.runSync(this.#openDevice(name, options));
  }

  /**
   * Sends any request as it is, without the checks that keep this process's memory safe.
   *
   * @returns what the kernel returned
   */
  unsafeIoctl(request: number, argument: IoctlArgument): number {
    return this.kernel.unsafeIoctl(this.fd, request, argument);
  }

  /** @internal The sequence behind `openDevice`, for those that open more than the device. */
  *openDeviceSteps(name: string, options: OpenDeviceOptions): Steps<Device> {
    return yield* this.#openDevice(name, options);
  }

  protected *release(): Steps<void> {
    yield* closeStep(this.kernel, this.#fd);
    this.#leaveContainer();
  }

  *#openDevice(name: string, options: OpenDeviceOptions): Steps<Device> {
    if (typeof name !== "string") throw wrongType(name, "name", "a device's name");
    const { kernel } = this;
    const { vfToken, watchRequest = true } = options;
    const argument = vfToken === undefined ? name : `${name} vf_token=${vfToken}`;
    let fd: Fd;
    try {
      const call = ioctlCall(kernel, this.fd, Requests.GROUP_GET_DEVICE_FD, argument);
      fd = yield* this.call(`openDevice("${name}")`, call);
    } catch (error) {
      throw explained(error, (cause) => ({
        path: this.path,
        hint: openDeviceHint(this.#deviceFacts(name), cause),
      }));
    }
    try {
      return new Device(this, { fd, name, info: deviceInfo(kernel, fd), watchRequest });
    } catch (error) {
      yield* closeStep(kernel, fd);
      throw error;
    }
  }

  #leaveContainer(): void {
    const container = this.#container;
    if (container === undefined) return;
    this.#container = undefined;
    this.detachFrom(container);
    container.groupsChanged();
  }

  #facts(): GroupFacts {
    return { kernel: this.kernel, id: this.id, path: this.path };
  }

  #deviceFacts(name: string) {
    const container = this.#container;
    return {
      ...this.#facts(),
      name,
      inContainer: container !== undefined,
      hasIommu: container?.iommu !== undefined,
    };
  }
}
