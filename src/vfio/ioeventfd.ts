import type { Fd } from "../kernel.js";
import { IoeventfdFlags } from "../uapi/flags.js";
import { Vfio } from "../uapi/requests.js";
import * as structs from "../uapi/structs.js";
import { Handle } from "./handle.js";
import { address, integer } from "./numbers.js";
import type { Region } from "./region.js";
import type { Steps } from "./steps.js";

/** What the kernel is to write, and when. */
export interface IoeventfdOptions {
  /** Bytes from the region's start. */
  offset: number;
  /** Bytes to write: 1, 2, 4, or (until Linux 6.12) 8. */
  width: 1 | 2 | 4 | 8;
  /** What is written. */
  value: number | bigint;
  /** An eventfd of one's own, KVM's for example; a new one unless told. */
  eventfd?: Fd | undefined;
}

const sizes = {
  1: IoeventfdFlags.SIZE_8,
  2: IoeventfdFlags.SIZE_16,
  4: IoeventfdFlags.SIZE_32,
  8: IoeventfdFlags.SIZE_64,
} as const;

const NONE = -1;

/** An eventfd at whose signal the kernel writes a value into a BAR, until it is disposed. */
export class Ioeventfd extends Handle {
  readonly label: string;
  /** Who signals it lets the kernel write. */
  readonly eventfd: Fd;
  readonly #region: Region;
  readonly #device: Fd;
  readonly #options: IoeventfdOptions;

  /** @internal Programs call `region.ioeventfd()`. */
  constructor(region: Region, options: IoeventfdOptions) {
    super();
    const { kernel, fd } = region.device;
    this.label = `ioeventfd of ${region.name}`;
    this.#region = region;
    this.#device = fd;
    this.#options = options;
    check(region, options);
    this.eventfd = options.eventfd ?? kernel.eventfd();
    try {
      this.#send(this.eventfd);
    } catch (error) {
      this.#closeOwn();
      throw error;
    }
    this.attachTo(region.device);
  }

  /** Signals it once. */
  signal(): void {
    this.assertOpen();
    const one = new Uint8Array(8);
    one[0] = 1;
    this.#region.device.kernel.write(this.eventfd, one);
  }

  // biome-ignore lint/correctness/useYield: it does not take long
  protected *release(): Steps<void> {
    try {
      this.#send(NONE);
    } finally {
      this.#closeOwn();
    }
  }

  #send(fd: Fd): void {
    const { offset, width, value } = this.#options;
    const bytes = structs.deviceIoeventfd.encode({
      flags: sizes[width],
      offset: BigInt(this.#region.info.fileOffset + offset),
      data: BigInt(value),
      fd,
    });
    this.#region.device.kernel.ioctl(this.#device, Vfio.DEVICE_IOEVENTFD, bytes);
  }

  #closeOwn(): void {
    if (this.#options.eventfd === undefined) this.#region.device.kernel.close(this.eventfd);
  }
}

function check(region: Region, { offset, width, value }: IoeventfdOptions): void {
  if (!Object.hasOwn(sizes, width)) throw new RangeError(`width: ${width} is not 1, 2, 4 or 8`);
  integer(offset, "offset", { max: Math.max(0, region.size - width) });
  if (address(value, "value") >= 2n ** BigInt(8 * width)) {
    throw new RangeError(`value: ${value} does not fit into ${width} bytes`);
  }
}
