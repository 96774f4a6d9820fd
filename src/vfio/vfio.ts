import { Errno } from "../errno.js";
import { VfioError } from "../errors.js";
import { gated } from "../gate/index.js";
import { noGroupHint } from "../hints/no-group.js";
import type { AllocateOptions, Kernel } from "../kernel.js";
import type { SysfsDevice } from "../sysfs/device.js";
import { findDevice } from "../sysfs/find-device.js";
import { Container } from "./container.js";
import type { Device } from "./device.js";
import type { Dma } from "./dma.js";
import { Eventfd } from "./eventfd.js";
import { Group, type OpenDeviceOptions } from "./group.js";
import { Handle } from "./handle.js";
import { simulateModule } from "./lazy.js";
import { DmaMemory } from "./memory.js";
import { integer, wrongType } from "./numbers.js";
import { type OpenedKernel, type OpenOptions, openKernel } from "./open-kernel.js";
import type { SimulateOptions } from "./simulate.js";
import { runAsync, runSync, type Steps } from "./steps.js";

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

/**
 * VFIO of one kernel, this machine's or a simulated one, and all that is open through it. Closing
 * it closes devices, groups and containers, in that order.
 */
export class Vfio extends Handle {
  readonly label = "vfio";
  readonly kernel: Kernel;
  readonly #owned: boolean;
  #container: Container | undefined;

  /** @internal Programs call `Vfio.open()` or `Vfio.simulate()`. */
  constructor({ kernel, owned }: OpenedKernel) {
    super();
    this.kernel = kernel;
    this.#owned = owned;
  }

  /**
   * Opens VFIO: this machine's kernel unless `kernel` or VFIO_KERNEL says otherwise.
   *
   * @throws TypeError for an unknown kernel
   * @throws VfioError ENOENT where this machine has no VFIO and there is no `fallback`
   */
  static async open(options: OpenOptions = {}): Promise<Vfio> {
    return new Vfio(await runAsync(openKernel(options)));
  }

  /** `open` on this thread. */
  static openSync(options: OpenOptions = {}): Vfio {
    return new Vfio(runSync(openKernel(options)));
  }

  /**
   * Switches a simulated machine on: a Linux kernel with VFIO, its PCI devices bound to vfio-pci,
   * the sample drivers of mediated devices loaded, and nothing of this machine.
   *
   * @throws RangeError for an unknown profile, or addresses that are wrong or taken
   */
  static async simulate(options: SimulateOptions = {}): Promise<SimulatedVfio> {
    const { simulateBound } = await runAsync(simulateModule());
    return new SimulatedVfio(simulateBound(options));
  }

  /** `simulate` on this thread. */
  static simulateSync(options: SimulateOptions = {}): SimulatedVfio {
    const { simulateBound } = runSync(simulateModule());
    return new SimulatedVfio(simulateBound(options));
  }

  /**
   * Opens a device by PCI address (`0000:00:05.0`, short: `00:05.0`), UUID or path of sysfs: its
   * group, put into a container with an IOMMU if it is in none, and the device in it. A failure on
   * the way leaves nothing open.
   *
   * @throws TypeError for a text that names no device
   * @throws VfioError, each with a hint: ENODEV (no such device, no IOMMU group), ENOENT (not bound
   *   to VFIO), EBUSY (who holds it?), EPERM (which device blocks its group?), EACCES
   */
  openDevice(device: string, options: OpenOneOptions = {}): Promise<Device> {
    return this.runAsync(`openDevice("${device}")`, this.#openDevice(device, options));
  }

  /** `openDevice` on this thread. */
  openDeviceSync(device: string, options: OpenOneOptions = {}): Device {
    return this.runSync(this.#openDevice(device, options));
  }

  /**
   * Opens an IOMMU group, or gives it if this Vfio has it open.
   *
   * @throws VfioError EBUSY, ENOENT, EACCES, EPERM, ENODEV; each with a hint
   */
  async openGroup(id: number, options: OpenGroupOptions = {}): Promise<Group> {
    return this.openGroupSync(id, options);
  }

  /** `openGroup` on this thread. */
  openGroupSync(id: number, options: OpenGroupOptions = {}): Group {
    this.assertOpen();
    return this.#openGroup(integer(id, "id"), undefined, options).group;
  }

  /**
   * Opens another container: `/dev/vfio/vfio`. Devices in it see nothing of the others' memory.
   *
   * @throws VfioError ENOENT, ENODEV, EACCES; each with a hint
   */
  async openContainer(): Promise<Container> {
    return this.openContainerSync();
  }

  /** `openContainer` on this thread. */
  openContainerSync(): Container {
    this.assertOpen();
    return new Container(this.kernel, this);
  }

  /** The container that all devices share which were given no other; opened at its first use. */
  get container(): Container {
    this.assertOpen();
    if (this.#container === undefined || this.#container.closed) {
      this.#container = new Container(this.kernel, this);
    }
    return this.#container;
  }

  /** Memory mapped for the devices of the shared container. */
  get dma(): Dma {
    return this.container.dma;
  }

  /** Containers that are open. */
  get containers(): Container[] {
    return [...this.children].filter((child) => child instanceof Container);
  }

  /** Groups that are open. */
  get groups(): Group[] {
    return [...this.children].filter((child) => child instanceof Group);
  }

  /** Devices that are open. */
  get devices(): Device[] {
    return this.groups.flatMap((group) => group.devices);
  }

  /**
   * Page-aligned, zeroed RAM for DMA. The length is rounded up to whole pages.
   *
   * @throws RangeError for a length that is none, VfioError ENOMEM
   */
  allocate(length: number, options: AllocateOptions = {}): DmaMemory {
    this.assertOpen();
    return new DmaMemory(this.kernel, integer(length, "length", { min: 1 }), options);
  }

  /** A new eventfd, closed with this Vfio at the latest. @throws VfioError EMFILE */
  eventfd(): Eventfd {
    this.assertOpen();
    return new Eventfd(this.kernel, this);
  }

  // biome-ignore lint/correctness/useYield: everything that takes long is closed by now
  protected *release(): Steps<void> {
    if (this.#owned) this.kernel.shutdown();
  }

  *#openDevice(
    text: string,
    { container, unsafeNoIommu, ...options }: OpenOneOptions,
  ): Steps<Device> {
    if (typeof text !== "string") throw wrongType(text, "device", "a name");
    if (container !== undefined && !(container instanceof Container)) {
      throw wrongType(container, "container", "a Container");
    }
    const found = findDevice(this.kernel, text);
    const { group, opened } = this.#openGroup(groupOf(this.kernel, found), found, {
      unsafeNoIommu,
    });
    const shared = this.#container;
    let device: Device;
    try {
      this.#prepare(group, container);
      device = yield* group.openDeviceSteps(found.name, options);
    } catch (error) {
      if (opened && group.devices.length === 0) group.closeSync();
      if (shared === undefined && this.#container?.groups.length === 0) this.#container.closeSync();
      throw error;
    }
    // Closed meanwhile: closing has waited for this, and takes the device with it.
    this.assertOpen();
    return device;
  }

  /** Into a container with an IOMMU, as far as it is not there yet. */
  #prepare(group: Group, container: Container | undefined): void {
    if (group.container === undefined) group.setContainer(container ?? this.container);
    else if (container !== undefined && container !== group.container) {
      throw new TypeError(`container: ${group.label} is in another one already`);
    }
    if (group.container?.iommu === undefined) group.container?.setIommu();
  }

  #openGroup(
    id: number,
    device: SysfsDevice | undefined,
    { unsafeNoIommu = false }: OpenGroupOptions,
  ): { group: Group; opened: boolean } {
    const there = this.groups.find((group) => group.id === id && !group.closed);
    if (there !== undefined) return { group: there, opened: false };
    const path = unsafeNoIommu ? `/dev/vfio/noiommu-${id}` : `/dev/vfio/${id}`;
    return { group: new Group(this.kernel, this, { id, path, device }), opened: true };
  }
}

/** VFIO of a simulated machine, with the machine at hand: its clock, its devices, its faults. */
export class SimulatedVfio extends Vfio {
  readonly machine: ReturnType<typeof import("./simulate.js").simulate>;

  /** @internal Programs call `Vfio.simulate()`. */
  constructor(machine: SimulatedVfio["machine"]) {
    super({ kernel: gated(machine.process()), owned: true });
    this.machine = machine;
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
