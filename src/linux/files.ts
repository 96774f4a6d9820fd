import { Errno } from "../errno.js";
import { VfioError } from "../errors.js";
import type { Fd } from "../kernel.js";
import type { Addon } from "./addon.js";
import { checkBytes, checkFd, checkInteger, checkOffset, checkPath } from "./arguments.js";
import { type Frame, SHORT_TRANSFER } from "./frame.js";

/** The file descriptors of one kernel, and the system calls that move bytes through them. */
export class Files {
  readonly #addon: Addon;
  readonly #frame: Frame;
  /** Path by descriptor, undefined where it was not opened by a path. For errors, and shutdown. */
  readonly #open = new Map<Fd, string | undefined>();

  constructor(addon: Addon, frame: Frame) {
    this.#addon = addon;
    this.#frame = frame;
  }

  /** Takes charge of a descriptor that a request opened. */
  adopt(fd: Fd): void {
    this.#open.set(fd, undefined);
  }

  /** The path that a descriptor was opened by, as far as it was opened by one. */
  path(fd: Fd): string | undefined {
    return this.#open.get(fd);
  }

  open(path: string, flags: number): Fd {
    const fd = this.#addon.open(checkPath(path), checkInteger("flags", flags, 0, 0x7fff_ffff));
    if (fd < 0) throw new VfioError({ errno: -fd, syscall: "open", path });
    this.#open.set(fd, path);
    return fd;
  }

  close(fd: Fd): void {
    const path = this.#release(fd);
    const result = this.#addon.close(fd);
    if (result < 0) throw new VfioError({ errno: -result, syscall: "close", path });
  }

  async closeAsync(fd: Fd): Promise<void> {
    const path = this.#release(fd);
    const result = await this.#addon.closeAsync(fd);
    if (result < 0) throw new VfioError({ errno: -result, syscall: "close", path });
  }

  dup(fd: Fd): Fd {
    const path = this.path(checkFd(fd));
    const copy = this.#addon.dup(fd);
    if (copy < 0) throw new VfioError({ errno: -copy, syscall: "dup", path });
    this.#open.set(copy, path);
    return copy;
  }

  read(fd: Fd, target: Uint8Array): number {
    const { length } = checkBytes("target", target);
    checkFd(fd);
    if (length > SHORT_TRANSFER)
      return this.#done("read", fd, this.#addon.readBuffer(fd, target, 0));
    this.#aim(fd, length, 0);
    this.#addon.read();
    const moved = this.#moved("read", fd);
    this.#frame.take(target, length, moved);
    return moved;
  }

  write(fd: Fd, source: Uint8Array): number {
    const { length } = checkBytes("source", source);
    checkFd(fd);
    if (length > SHORT_TRANSFER)
      return this.#done("write", fd, this.#addon.writeBuffer(fd, source, 0));
    this.#frame.put(source);
    this.#aim(fd, length, 0);
    this.#addon.write();
    return this.#moved("write", fd);
  }

  pread(fd: Fd, target: Uint8Array, offset: number): number {
    const { length } = checkBytes("target", target);
    checkFd(fd);
    checkOffset(offset);
    if (length > SHORT_TRANSFER) {
      return this.#done("pread", fd, this.#addon.preadBuffer(fd, target, offset));
    }
    this.#aim(fd, length, offset);
    this.#addon.pread();
    const moved = this.#moved("pread", fd);
    this.#frame.take(target, length, moved);
    return moved;
  }

  pwrite(fd: Fd, source: Uint8Array, offset: number): number {
    const { length } = checkBytes("source", source);
    checkFd(fd);
    checkOffset(offset);
    if (length > SHORT_TRANSFER) {
      return this.#done("pwrite", fd, this.#addon.pwriteBuffer(fd, source, offset));
    }
    this.#frame.put(source);
    this.#aim(fd, length, offset);
    this.#addon.pwrite();
    return this.#moved("pwrite", fd);
  }

  /** Closes everything; what fails to close is gone all the same. */
  closeAll(): void {
    for (const fd of this.#open.keys()) this.#addon.close(fd);
    this.#open.clear();
  }

  /**
   * Gives a descriptor up, for closing: one of another kernel in this thread is not ours to close.
   */
  #release(fd: Fd): string | undefined {
    const path = this.path(checkFd(fd));
    if (!this.#open.delete(fd)) throw new VfioError({ errno: Errno.EBADF, syscall: "close" });
    return path;
  }

  #aim(fd: Fd, length: number, offset: number): void {
    const frame = this.#frame;
    frame.fd[0] = fd;
    frame.length[0] = length;
    frame.position[0] = offset;
  }

  #moved(syscall: string, fd: Fd): number {
    const status = this.#frame.status[0]!;
    if (status !== 0) throw new VfioError({ errno: status, syscall, path: this.path(fd) });
    return this.#frame.result[0]!;
  }

  #done(syscall: string, fd: Fd, result: number): number {
    if (result < 0) throw new VfioError({ errno: -result, syscall, path: this.path(fd) });
    return result;
  }
}
