import { VfioError } from "../errors.js";
import type { Fd, Watch } from "../kernel.js";
import type { Addon } from "./addon.js";
import type { Frame } from "./frame.js";

/** A listener on an eventfd, by uv_poll on this thread's event loop. */
export class LinuxWatch implements Watch {
  readonly #addon: Addon;
  readonly #onClose: () => void;
  /** Its number in native code. One that has ended, with its eventfd, does nothing any more. */
  readonly #number: number;
  #closed = false;

  /** @throws VfioError EBADF; EEXIST when the descriptor has a listener already */
  constructor(
    addon: Addon,
    frame: Frame,
    fd: Fd,
    listener: (count: number) => void,
    onClose: () => void,
  ) {
    const { position } = frame;
    const number = addon.watch(fd, () => listener(position[0]!));
    if (number < 0) throw new VfioError({ errno: -number, syscall: "epoll_ctl" });
    this.#addon = addon;
    this.#onClose = onClose;
    this.#number = number;
  }

  ref(): void {
    this.#addon.watchRef(this.#number, true);
  }

  unref(): void {
    this.#addon.watchRef(this.#number, false);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#onClose();
    this.#addon.watchClose(this.#number);
  }
}
