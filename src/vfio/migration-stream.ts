import type { Fd } from "../kernel.js";
import { Vfio } from "../uapi/requests.js";
import * as structs from "../uapi/structs.js";
import type { Device } from "./device.js";
import { Handle } from "./handle.js";
import { wrongType } from "./numbers.js";
import { closeStep, type Steps } from "./steps.js";

const CHUNK = 1024 * 1024;

/** VFIO_MIG_GET_PRECOPY_INFO: estimates, in bytes. */
export interface PrecopyInfo {
  /** Left of what the device gave at first. */
  readonly initialBytes: bigint;
  /** Changed since. */
  readonly dirtyBytes: bigint;
}

/** A device's state on its way: read from in `stop-copy` and `pre-copy`, written in `resuming`. */
export class MigrationStream extends Handle {
  readonly label: string;
  readonly #device: Device;
  readonly #fd: Fd;

  /** @internal Programs call `device.migration.setState()`. */
  constructor(device: Device, fd: Fd) {
    super();
    this.label = `migration stream of ${device.label}`;
    this.#device = device;
    this.#fd = fd;
    this.attachTo(device);
  }

  /** The descriptor, for programs that hand it on. @throws ClosedError */
  get fd(): Fd {
    this.assertOpen();
    return this.#fd;
  }

  /** One read(2). @returns how many bytes; 0 at the end. @throws VfioError ENODEV, EBADF */
  read(target: Uint8Array): number {
    if (!(target instanceof Uint8Array)) throw wrongType(target, "target", "a Uint8Array");
    return this.#device.kernel.read(this.fd, target);
  }

  /** Everything that is there at this moment, in pieces of at most 1 MiB. */
  *chunks(): Generator<Uint8Array> {
    for (;;) {
      const chunk = new Uint8Array(CHUNK);
      const length = this.read(chunk);
      if (length === 0) return;
      yield chunk.subarray(0, length);
    }
  }

  /** Writes all of the source. @throws VfioError ENODEV, EBADF, ENOMEM, EFAULT */
  write(source: Uint8Array): void {
    if (!(source instanceof Uint8Array)) throw wrongType(source, "source", "a Uint8Array");
    let done = 0;
    while (done < source.length) {
      done += this.#device.kernel.write(this.fd, source.subarray(done));
    }
  }

  /** @throws VfioError EINVAL outside of `pre-copy`, ENOTTY */
  precopyInfo(): PrecopyInfo {
    const bytes = structs.precopyInfo.encode({});
    this.#device.kernel.ioctl(this.fd, Vfio.MIG_GET_PRECOPY_INFO, bytes);
    const { initial_bytes, dirty_bytes } = structs.precopyInfo.decode(bytes);
    return { initialBytes: initial_bytes, dirtyBytes: dirty_bytes };
  }

  protected *release(): Steps<void> {
    yield* closeStep(this.#device.kernel, this.#fd);
  }
}
