import { Errno } from "../errno.js";
import { VfioError } from "../errors.js";
import type { Fd, Kernel, Watch } from "../kernel.js";
import { Vfio } from "../uapi/requests.js";
import type { Device } from "./device.js";
import { Handle } from "./handle.js";
import { InterruptIterator } from "./interrupt-iterator.js";
import { type InterruptEvent, InterruptQueue } from "./interrupt-queue.js";
import type { IrqInfo } from "./irq-info.js";
import { wrongType } from "./numbers.js";
import { encodeIrqSet, setIrqs } from "./set-irqs.js";
import { ClosedError } from "./state-errors.js";
import type { Steps } from "./steps.js";
import { unlessInvalid } from "./unless-invalid.js";

/** How long to wait. */
export interface WaitOptions {
  /** Ends the wait; it rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** What is called with each interrupt; a promise that it returns is waited for with unmasking. */
export type InterruptListener = (event: InterruptEvent) => unknown;

/** How to listen. */
export interface ListenOptions {
  /** Hold the event loop; yes unless told. */
  ref?: boolean | undefined;
}

/** Takes a listener back; disposable too. */
export type StopListening = (() => void) & {
  /** Takes it back, for `using`. */
  [Symbol.dispose](): void;
};

/** A vector that signals through an eventfd that is watched. */
interface Vector {
  eventfd: Fd;
  watch: Watch;
}

/**
 * Interrupts of one index (MSI, INTx ...) that are delivered to this program until they are
 * disposed. Ask with `for await`, `once()` or `on()`; only while somebody does is the event loop
 * held. What happens while nobody asks is counted and not lost.
 *
 * An index that masks itself (INTx) is unmasked when the next event is asked for: by then the last
 * one has been dealt with. With `on()` that is when the listener has returned, or its promise has
 * settled.
 */
export class EnabledInterrupts extends Handle {
  readonly label: string;
  readonly index: number;
  readonly #kernel: Kernel;
  readonly #device: Device;
  readonly #fd: Fd;
  readonly #automasked: boolean;
  /** The argument that unmasks, encoded once: an interrupt handler should be quick. */
  readonly #unmask: Uint8Array;
  readonly #vectors: Vector[] = [];
  readonly #queue: InterruptQueue;
  readonly #closed: () => void;
  #masked = false;
  #unmaskedElsewhere = false;
  #held = false;

  /** @internal Programs call `irq.enable()`. */
  constructor(
    device: Device,
    { info, name, count, closed }: { info: IrqInfo; name: string; count: number; closed(): void },
  ) {
    super();
    this.label = `${name} of ${device.label}`;
    this.index = info.index;
    this.#kernel = device.kernel;
    this.#device = device;
    this.#fd = device.fd;
    this.#automasked = info.automasked;
    this.#unmask = encodeIrqSet({ index: info.index, action: "unmask", count: 1 });
    this.#closed = closed;
    this.#queue = new InterruptQueue({
      wanted: () => this.#unmaskIfMasked(),
      waiting: (anybody) => this.#hold(anybody),
    });
    this.#add(0, count);
    this.attachTo(device);
  }

  /** How many vectors are enabled. */
  get count(): number {
    return this.#vectors.length;
  }

  /**
   * The next interrupt; at once if one has happened that nobody asked for.
   *
   * @throws ClosedError when the interrupts are disposed meanwhile; the signal's reason
   */
  async once({ signal }: WaitOptions = {}): Promise<InterruptEvent> {
    this.assertOpen();
    const event = await this.#queue.next(signal);
    if (event === undefined) throw new ClosedError(this.label);
    return event;
  }

  /** Interrupts, one after the other; the loop ends when they are disposed. */
  events({ signal }: WaitOptions = {}): AsyncIterableIterator<InterruptEvent> {
    this.assertOpen();
    return new InterruptIterator(this.#queue, signal);
  }

  /** `events`, for `for await`. */
  [Symbol.asyncIterator](): AsyncIterableIterator<InterruptEvent> {
    return this.events();
  }

  /**
   * Calls the listener with every interrupt, and holds the event loop until it is taken back,
   * unless `ref` is false.
   *
   * @returns what takes it back; disposable too
   */
  on(listener: InterruptListener, { ref = true }: ListenOptions = {}): StopListening {
    this.assertOpen();
    if (typeof listener !== "function") throw wrongType(listener, "listener", "a function");
    const stop = this.#queue.listen((event) => {
      const done = listener(event);
      if (isPromise(done)) void done.then(() => this.#unmaskLater());
      else this.#unmaskLater();
    }, ref);
    return Object.assign(() => stop(), { [Symbol.dispose]: stop });
  }

  /** Interrupts that happened and that nobody has asked for, at once and without waiting. */
  take(): InterruptEvent | undefined {
    this.assertOpen();
    return this.#queue.take();
  }

  /**
   * Adds vectors while those that are enabled go on.
   *
   * @throws VfioError EINVAL where the kernel cannot (MSI; MSI-X before Linux 6.5, `noResize`)
   */
  add(count: number): void {
    this.assertOpen();
    this.#add(this.#vectors.length, count);
  }

  /** @internal An eventfd unmasks: asking for the next event does not any more. */
  unmaskedElsewhere(elsewhere: boolean): void {
    this.#unmaskedElsewhere = elsewhere;
  }

  protected *release(): Steps<void> {
    this.#queue.close();
    try {
      // EINVAL: somebody has disabled them already, with a SET_IRQS of his own.
      if (!this.#disabledByClose()) unlessInvalid(() => this.#disable());
    } finally {
      this.#dropVectors(0);
      this.#closed();
    }
  }

  #disable(): void {
    setIrqs(this.#kernel, this.#fd, { index: this.index, action: "trigger", count: 0 });
  }

  /** The device's last file is about to be closed, and takes its interrupts with it. */
  #disabledByClose(): boolean {
    const { group, name, closed } = this.#device;
    return closed && group.devices.every((other) => other.closed || other.name !== name);
  }

  #add(start: number, count: number): void {
    const kernel = this.#kernel;
    try {
      for (let vector = start; vector < start + count; vector++) {
        const eventfd = kernel.eventfd();
        const watch = this.#watch(eventfd, vector);
        this.#vectors.push({ eventfd, watch });
      }
      const eventfds = this.#vectors.slice(start).map(({ eventfd }) => eventfd);
      const { index } = this;
      const less = setIrqs(kernel, this.#fd, { index, action: "trigger", start, eventfds });
      if (less > 0) throw noVectors(less);
    } catch (error) {
      this.#dropVectors(start);
      throw error;
    }
  }

  #watch(eventfd: Fd, vector: number): Watch {
    try {
      const watch = this.#kernel.watch(eventfd, (count) => this.#happened(vector, count));
      if (this.#held) watch.ref();
      return watch;
    } catch (error) {
      this.#kernel.close(eventfd);
      throw error;
    }
  }

  #dropVectors(start: number): void {
    for (const { watch, eventfd } of this.#vectors.splice(start)) {
      watch.close();
      this.#kernel.close(eventfd);
    }
  }

  #happened(vector: number, count: number): void {
    this.#masked = this.#automasked;
    this.#queue.push(vector, count);
  }

  /** The device may be gone or closing by the time a listener is through: then nobody cares. */
  #unmaskLater(): void {
    if (!this.closed) this.#unmaskIfMasked();
  }

  #unmaskIfMasked(): void {
    if (!this.#masked || this.#unmaskedElsewhere) return;
    this.#masked = false;
    this.#kernel.ioctl(this.#fd, Vfio.DEVICE_SET_IRQS, this.#unmask);
  }

  #hold(anybody: boolean): void {
    if (anybody === this.#held) return;
    this.#held = anybody;
    for (const { watch } of this.#vectors) {
      if (anybody) watch.ref();
      else watch.unref();
    }
  }
}

/** pci_alloc_irq_vectors() found fewer: the kernel returns how many. */
function noVectors(available: number): VfioError {
  const request = "VFIO_DEVICE_SET_IRQS";
  const hint = `The platform has ${available} vectors left for this device.`;
  return new VfioError({ errno: Errno.ENOSPC, syscall: "ioctl", request, hint });
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof (value as Promise<unknown> | undefined)?.then === "function";
}
