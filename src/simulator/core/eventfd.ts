import { Errno } from "../../errno.js";
import { viewOf } from "../../uapi/codec.js";
import type { Client } from "./client.js";
import type { FileOperations } from "./file.js";
import type { Result } from "./result.js";

/** The counter never reaches 2^64 - 1. */
const HIGHEST = 0xffff_ffff_ffff_fffen;

/** What somebody in the kernel does when an eventfd is signalled (a wait queue entry). */
export type Wakeup = () => void;

/** An eventfd (fs/eventfd.c), non-blocking as VFIO's users make them. */
export class EventFd implements FileOperations {
  readonly name = "anon_inode:[eventfd]";
  #count: bigint;
  readonly #wakeups = new Set<Wakeup>();
  readonly #hangups = new Set<Wakeup>();

  constructor(initial = 0) {
    this.#count = BigInt(initial);
  }

  get count(): bigint {
    return this.#count;
  }

  /** eventfd_signal(): saturates instead of blocking. */
  signal(times = 1): void {
    const sum = this.#count + BigInt(times);
    this.#count = sum > HIGHEST ? HIGHEST : sum;
    this.#wake();
  }

  /** eventfd_ctx_do_read(): the count, which becomes 0. */
  take(): bigint {
    const count = this.#count;
    this.#count = 0n;
    return count;
  }

  /** Calls back on every signal and write, in the middle of it. Returns what stops that. */
  onSignal(wakeup: Wakeup): () => void {
    this.#wakeups.add(wakeup);
    return () => this.#wakeups.delete(wakeup);
  }

  /** Calls back when the last descriptor is closed (EPOLLHUP). Returns what stops that. */
  onRelease(hangup: Wakeup): () => void {
    this.#hangups.add(hangup);
    return () => this.#hangups.delete(hangup);
  }

  // fs/eventfd.c: eventfd_read()
  read(_client: Client, target: Uint8Array): Result {
    if (target.length < 8) return -Errno.EINVAL;
    if (this.#count === 0n) return -Errno.EAGAIN;
    viewOf(target).setBigUint64(0, this.take(), true);
    return 8;
  }

  // fs/eventfd.c: eventfd_write()
  write(_client: Client, source: Uint8Array): Result {
    if (source.length < 8) return -Errno.EINVAL;
    const value = viewOf(source).getBigUint64(0, true);
    if (value > HIGHEST) return -Errno.EINVAL;
    if (this.#count + value > HIGHEST) return -Errno.EAGAIN;
    this.#count += value;
    this.#wake();
    return 8;
  }

  release(): void {
    for (const hangup of [...this.#hangups]) hangup();
  }

  #wake(): void {
    if (this.#wakeups.size === 0) return;
    for (const wakeup of [...this.#wakeups]) wakeup();
  }
}

/**
 * eventfd_ctx_fdget(): the eventfd behind a descriptor, -EBADF if nothing is open there, -EINVAL
 * if it is another file. It lives on when the descriptor is closed.
 */
export function eventfdOf(client: Client, fd: number): EventFd | Result {
  const file = client.file(fd);
  if (file === undefined) return -Errno.EBADF;
  return file.operations instanceof EventFd ? file.operations : -Errno.EINVAL;
}
