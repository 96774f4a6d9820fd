import { explained } from "../hints/explain.js";
import { resetHint } from "../hints/reset.js";
import type { Fd, IoctlArgument, Kernel } from "../kernel.js";
import { Feature, PciRegion } from "../uapi/flags.js";
import { Vfio as Requests } from "../uapi/requests.js";
import { DeviceFeatures } from "./device-feature.js";
import type { DeviceApi, DeviceInfo } from "./device-info.js";
import { DeviceRequest } from "./device-request.js";
import { Display } from "./display.js";
import { DmaLogging } from "./dma-logging.js";
import type { Group } from "./group.js";
import { Handle } from "./handle.js";
import { type HotResetDevice, hotResetCall, hotResetError, hotResetInfo } from "./hot-reset.js";
import { Interrupts } from "./interrupts.js";
import { LowPower } from "./low-power.js";
import { Migration } from "./migration.js";
import { integer, wrongType } from "./numbers.js";
import { PciConfig } from "./pci-config.js";
import { Region } from "./region.js";
import { regionInfo } from "./region-info.js";
import { type IrqSet, setIrqs } from "./set-irqs.js";
import { closeStep, ioctlCall, type Steps } from "./steps.js";
import { unlessInvalid } from "./unless-invalid.js";

/** Which groups show that all devices on the bus are ours. */
export interface HotResetOptions {
  /** The device's own group unless told. */
  groups?: readonly Group[];
}

/**
 * A device: regions to read and write, interrupts to wait for. It is opened by `vfio.openDevice()`
 * or `group.openDevice()` and owned until it is closed; closing takes bus mastering and interrupts
 * from it and resets it where it can be reset.
 */
export class Device extends Handle {
  readonly kernel: Kernel;
  readonly group: Group;
  /** As sysfs has it: `0000:00:05.0`, or a mediated device's UUID. */
  readonly name: string;
  readonly label: string;
  /** VFIO_DEVICE_GET_INFO as it was when the device was opened. */
  readonly info: DeviceInfo;
  /** Its interrupts. */
  readonly interrupts: Interrupts;
  /** VFIO_DEVICE_FEATURE as it is. */
  readonly features: DeviceFeatures;
  /** Its screen, if it is a virtual GPU. */
  readonly display: Display;
  /** Taking its state and putting it into another one. */
  readonly migration: Migration;
  /** Run-time power management. */
  readonly lowPower: LowPower;
  /** The device's own log of the pages that it has written. */
  readonly dmaLogging: DmaLogging;
  readonly #fd: Fd;
  readonly #regions = new Map<number, Region>();
  readonly #request: DeviceRequest;
  #config: PciConfig | undefined;

  /** @internal Programs call `vfio.openDevice()` or `group.openDevice()`. */
  constructor(
    group: Group,
    facts: { fd: Fd; name: string; info: DeviceInfo; watchRequest: boolean },
  ) {
    super();
    this.kernel = group.kernel;
    this.group = group;
    this.name = facts.name;
    this.label = `device ${facts.name}`;
    this.info = facts.info;
    this.#fd = facts.fd;
    this.attachTo(group);
    this.interrupts = new Interrupts(this);
    this.features = new DeviceFeatures(this);
    this.display = new Display(this);
    this.migration = new Migration(this);
    this.lowPower = new LowPower(this);
    this.dmaLogging = new DmaLogging(this);
    this.#request = new DeviceRequest(this);
    if (facts.watchRequest) this.#request.arm(this);
  }

  /** The descriptor, for requests of your own. @throws ClosedError */
  get fd(): Fd {
    this.assertOpen();
    return this.#fd;
  }

  /** Which bus's numbering its regions and interrupts have. */
  get api(): DeviceApi {
    return this.info.api;
  }

  /** Whether `reset()` works. */
  get resettable(): boolean {
    return this.info.resettable;
  }

  /**
   * Aborts when somebody wants the device back: an unbind or a remove elsewhere waits until it is
   * closed. Good as the `signal` of whatever waits for the device.
   */
  get requested(): AbortSignal {
    return this.#request.signal;
  }

  /**
   * One of its regions: `device.region(pci.BAR0)`. The same object each time.
   *
   * @throws VfioError EINVAL for an index that the device does not have
   */
  region(index: number): Region {
    const known = this.#regions.get(index);
    if (known !== undefined && !this.closed) return known;
    const wanted = integer(index, "region", { max: 0xffff_ffff });
    const region = new Region(this, regionInfo(this.kernel, this.fd, wanted));
    this.#regions.set(index, region);
    return region;
  }

  /** All regions that the device has, by index; those of size 0 are left out. */
  regions(): Region[] {
    const regions: Region[] = [];
    for (let index = 0; index < this.info.regionCount; index++) {
      // A device says of a number inside its count that it has no such region (VGA): EINVAL.
      const region = unlessInvalid(() => this.region(index));
      if (region !== undefined && region.size > 0) regions.push(region);
    }
    return regions;
  }

  /**
   * PCI configuration space, decoded.
   *
   * @throws TypeError for a device that has none
   */
  get config(): PciConfig {
    if (this.api !== "pci") throw new TypeError(`${this.label} is not PCI: it has no config space`);
    this.#config ??= new PciConfig(this.region(PciRegion.CONFIG));
    return this.#config;
  }

  /**
   * VFIO_DEVICE_RESET, off the main thread: it can take 100 ms and more. Mapped BARs answer EIO
   * meanwhile.
   *
   * @throws VfioError EINVAL where the device cannot be reset alone, EAGAIN; with a hint.
   *   vfio_pci_core.c: vfio_pci_ioctl_reset()
   */
  reset(): Promise<void> {
    return this.runAsync("reset()", this.#reset());
  }

  /** `reset` on this thread. */
  resetSync(): void {
    this.runSync(this.#reset());
  }

  /**
   * VFIO_DEVICE_GET_PCI_HOT_RESET_INFO: the functions that a reset of the slot or bus would hit.
   *
   * @throws VfioError ENODEV where neither can be reset
   */
  hotResetInfo(): HotResetDevice[] {
    return hotResetInfo(this.kernel, this.fd);
  }

  /**
   * VFIO_DEVICE_PCI_HOT_RESET: resets the whole slot or bus. All devices on it must be ours: their
   * groups prove it.
   *
   * @throws TypeError for what is not a group of the same Vfio
   * @throws VfioError ENODEV, EINVAL (which device is missing?); with a hint.
   *   vfio_pci_core.c: vfio_pci_ioctl_pci_hot_reset()
   */
  hotReset(options: HotResetOptions = {}): Promise<void> {
    return this.runAsync("hotReset()", this.#hotReset(options));
  }

  /** `hotReset` on this thread. */
  hotResetSync(options: HotResetOptions = {}): void {
    this.runSync(this.#hotReset(options));
  }

  /**
   * Sets the UUID that virtual functions of this physical function must be opened with.
   *
   * @throws VfioError ENOTTY for a function without SR-IOV
   */
  setVfToken(uuid: string): void {
    const hex = String(uuid).replaceAll("-", "");
    if (!/^[0-9a-f]{32}$/i.test(hex)) throw new TypeError(`uuid: '${uuid}' is not a UUID`);
    this.features.set(Feature.PCI_VF_TOKEN, Uint8Array.from(Buffer.from(hex, "hex")));
  }

  /**
   * VFIO_DEVICE_SET_IRQS as it is; `device.interrupts` is the comfortable way.
   *
   * @returns 0, or how many vectors the kernel could have given
   * @throws TypeError, RangeError for what cannot be encoded; VfioError EINVAL, ENOTTY, EBADF
   */
  setIrqs(set: IrqSet): number {
    return setIrqs(this.kernel, this.fd, set);
  }

  /**
   * Sends any request as it is, without the checks that keep this process's memory safe.
   *
   * @returns what the kernel returned
   */
  unsafeIoctl(request: number, argument: IoctlArgument): number {
    return this.kernel.unsafeIoctl(this.fd, request, argument);
  }

  /** Mappings that are open at this moment, as messages name them: `BAR0 0x0-0xfffff`. */
  get liveMappings(): string[] {
    return [...this.#regions.values()].flatMap((region) => region.liveMappings);
  }

  protected *release(): Steps<void> {
    for (const region of this.#regions.values()) region.unmapAll();
    yield* closeStep(this.kernel, this.#fd);
  }

  *#reset(): Steps<void> {
    try {
      yield* this.call("reset()", ioctlCall(this.kernel, this.fd, Requests.DEVICE_RESET, 0));
    } catch (error) {
      throw explained(error, (cause) => ({ hint: resetHint(this, cause) }));
    }
  }

  *#hotReset({ groups = [this.group] }: HotResetOptions): Steps<void> {
    for (const group of groups) {
      if (group?.kernel === this.kernel) continue;
      throw wrongType(group, "groups", "groups of the same Vfio");
    }
    const fds = groups.map((group) => group.fd);
    try {
      yield* this.call("hotReset()", hotResetCall(this.kernel, this.fd, fds));
    } catch (error) {
      throw hotResetError(error, {
        affected: () => this.hotResetInfo(),
        groups: groups.map((group) => group.id),
      });
    }
  }
}
