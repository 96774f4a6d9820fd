import { Errno } from "../../errno.js";
import type { OpenFile } from "./file.js";
import type { Result } from "./result.js";

/** 0, 1 and 2 are the terminal's. */
const FIRST = 3;

/** A process's file descriptors: the lowest free one is next, as POSIX promises. */
export class FdTable {
  readonly #files: (OpenFile | undefined)[] = [undefined, undefined, undefined];
  #lowestFree = FIRST;

  /** @param limit RLIMIT_NOFILE: one more than the highest descriptor */
  constructor(readonly limit: number) {}

  get hasFree(): boolean {
    return this.#lowestFree < this.limit;
  }

  get(fd: number): OpenFile | undefined {
    return this.#files[fd];
  }

  /** Takes the caller's reference over: the descriptor, or -EMFILE. */
  install(file: OpenFile): Result {
    const fd = this.#lowestFree;
    if (fd >= this.limit) return -Errno.EMFILE;
    this.#files[fd] = file;
    let next = fd + 1;
    while (this.#files[next] !== undefined) next += 1;
    this.#lowestFree = next;
    return fd;
  }

  /** Takes the file out of the table; its reference is the caller's now. */
  remove(fd: number): OpenFile | undefined {
    const file = this.#files[fd];
    if (file === undefined) return undefined;
    this.#files[fd] = undefined;
    if (fd < this.#lowestFree) this.#lowestFree = fd;
    return file;
  }

  /** Open descriptors, ascending. */
  *entries(): Generator<[fd: number, file: OpenFile]> {
    for (let fd = 0; fd < this.#files.length; fd += 1) {
      const file = this.#files[fd];
      if (file !== undefined) yield [fd, file];
    }
  }
}
