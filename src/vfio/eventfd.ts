import type { Fd, Kernel } from "../kernel.js";
import { viewOf } from "../uapi/codec.js";
import { Handle } from "./handle.js";
import { address } from "./numbers.js";
import { closeStep, type Steps } from "./steps.js";

/** An eventfd(2): what the kernel signals, or is signaled by. */
export class Eventfd extends Handle {
  readonly label = "eventfd";
  readonly kernel: Kernel;
  readonly #fd: Fd;

  /** @internal Programs call `vfio.eventfd()`. */
  constructor(kernel: Kernel, parent: Handle) {
    super();
    this.kernel = kernel;
    this.#fd = kernel.eventfd();
    this.attachTo(parent);
  }

  /** The descriptor: for `irq.unmaskBy`, `lowPower.enterWithWakeup`, `region.ioeventfd`. */
  get fd(): Fd {
    this.assertOpen();
    return this.#fd;
  }

  /** Adds to its count. */
  signal(times: number | bigint = 1): void {
    const bytes = new Uint8Array(8);
    viewOf(bytes).setBigUint64(0, address(times, "times"), true);
    this.kernel.write(this.fd, bytes);
  }

  protected *release(): Steps<void> {
    yield* closeStep(this.kernel, this.#fd);
  }
}
