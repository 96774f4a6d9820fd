import { gated } from "../gate/index.js";
import type { AllocateOptions, Kernel } from "../kernel.js";
import { Container } from "./container.js";
import type { Device } from "./device.js";
import { DeviceOpener, type OpenGroupOptions, type OpenOneOptions } from "./device-opener.js";
import type { Dma } from "./dma.js";
import { Eventfd } from "./eventfd.js";
import { Group } from "./group.js";
import { Handle } from "./handle.js";
import { simulateModule } from "./lazy.js";
import { DmaMemory } from "./memory.js";
import { called, integer } from "./numbers.js";
import { type OpenedKernel, type OpenOptions, openKernel } from "./open-kernel.js";
import type { SimulateOptions } from "./simulate.js";
import { runAsync, runSync, type Steps } from "./steps.js";

/**
 * VFIO of one kernel, this machine's or a simulated one, and all that is open through it. Closing
 * it closes devices, groups and containers, in that order.
 */
export class Vfio extends Handle {
  readonly label = "vfio";
  readonly kernel: Kernel;
  readonly #owned: boolean;
  #container: Container | undefined;
  readonly #opener = new DeviceOpener(this);

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
    return this.runAsync(called("openDevice", device), this.#openDevice(device, options));
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
    return this.#opener.openGroup(integer(id, "id"), options);
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

  *#openDevice(device: string, options: OpenOneOptions): Steps<Device> {
    const opened = yield* this.#opener.open(device, options);
    // Closed meanwhile: closing has waited for this, and takes the device with it.
    this.assertOpen();
    return opened;
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
