import type { Watch } from "../../kernel.js";
import type { EventFd } from "./eventfd.js";
import type { OpenFile } from "./file.js";

/** How long a referenced watch holds the event loop at a time; it is renewed for ever. */
const HOLD = 1 << 30;

/**
 * A listener on a simulated eventfd: signalled counts arrive from the event loop, never in the
 * middle of the call that caused them, as with epoll.
 */
export class EventFdWatch implements Watch {
  readonly #eventfd: EventFd;
  readonly #file: OpenFile;
  readonly #listener: (count: number) => void;
  readonly #stop: () => void;
  readonly #closedCallback: () => void;
  #due: NodeJS.Immediate | undefined;
  #hold: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(
    eventfd: EventFd,
    file: OpenFile,
    listener: (count: number) => void,
    closed: () => void,
  ) {
    this.#eventfd = eventfd;
    this.#file = file.hold();
    this.#listener = listener;
    this.#closedCallback = closed;
    this.#stop = eventfd.onSignal(() => this.#schedule());
    if (eventfd.count > 0n) this.#schedule();
  }

  ref(): void {
    if (this.#closed || this.#hold !== undefined) return;
    this.#hold = setInterval(() => {}, HOLD);
    this.#due?.ref();
  }

  unref(): void {
    clearInterval(this.#hold);
    this.#hold = undefined;
    this.#due?.unref();
  }

  close(): void {
    if (this.#closed) return;
    this.unref();
    this.#closed = true;
    this.#stop();
    clearImmediate(this.#due);
    this.#file.drop();
    this.#closedCallback();
  }

  #schedule(): void {
    if (this.#due !== undefined) return;
    this.#due = setImmediate(() => {
      this.#due = undefined;
      const count = this.#eventfd.take();
      if (count > 0n) this.#listener(Number(count));
    });
    if (this.#hold === undefined) this.#due.unref();
  }
}
