import { release } from "node:os";
import { VfioError } from "../errors.js";
import { hostClock } from "../host-clock.js";
import type {
  AllocateOptions,
  Fd,
  Hold,
  IoctlArgument,
  Kernel,
  KernelDescription,
  Memory,
  MmapOptions,
  Sysfs,
  Watch,
} from "../kernel.js";
import { Protection } from "../kernel.js";
import { checkBoolean, checkFd, checkFunction, checkInteger, checkOffset } from "./arguments.js";
import { LinuxWatch } from "./eventfd.js";
import { Files } from "./files.js";
import { Ioctl } from "./ioctl.js";
import type { LinuxMapping } from "./mapping-access.js";
import { allocate, hold } from "./memory.js";
import { type Native, native } from "./native.js";
import { LinuxSysfs } from "./sysfs.js";
import { linuxSystem } from "./system.js";

/** What can be closed at shutdown. */
interface Closable {
  close(): void;
}

/**
 * The host's kernel. It does what it is told and adds no policy: the gate before it does that.
 * Descriptors that it did not open are EBADF.
 *
 * @throws Error with `code: "ERR_VFIO_UNAVAILABLE"` from the constructor where the addon is missing
 */
export class LinuxKernel implements Kernel {
  readonly description: KernelDescription;
  readonly clock = hostClock;
  readonly sysfs: Sysfs;
  readonly system = linuxSystem;
  readonly pageSize: number;
  readonly #native: Native;
  readonly #files: Files;
  readonly #ioctl: Ioctl;
  /** Mappings that shutdown has to end. */
  readonly #mappings = new Set<Closable>();
  /** Watches by their descriptor: they end with it. */
  readonly #watches = new Map<Fd, Closable>();

  constructor() {
    this.#native = native();
    const { addon, frame, pageSize } = this.#native;
    const version = release();
    this.description = { kind: "linux", release: version, text: `Linux ${version}` };
    this.pageSize = pageSize;
    this.sysfs = new LinuxSysfs(addon, frame);
    this.#files = new Files(addon, frame);
    this.#ioctl = new Ioctl(addon, frame, this.#files);
  }

  open(path: string, flags: number): Fd {
    return this.#files.open(path, flags);
  }

  close(fd: Fd): void {
    this.#watches.get(fd)?.close();
    this.#files.close(fd);
  }

  async closeAsync(fd: Fd): Promise<void> {
    this.#watches.get(fd)?.close();
    await this.#files.closeAsync(fd);
  }

  dup(fd: Fd): Fd {
    return this.#files.dup(fd);
  }

  read(fd: Fd, target: Uint8Array): number {
    return this.#files.read(fd, target);
  }

  write(fd: Fd, source: Uint8Array): number {
    return this.#files.write(fd, source);
  }

  pread(fd: Fd, target: Uint8Array, offset: number): number {
    return this.#files.pread(fd, target, offset);
  }

  pwrite(fd: Fd, source: Uint8Array, offset: number): number {
    return this.#files.pwrite(fd, source, offset);
  }

  ioctl(fd: Fd, request: number, argument: IoctlArgument): number {
    return this.#ioctl.call(fd, request, argument, false);
  }

  ioctlAsync(fd: Fd, request: number, argument: IoctlArgument): Promise<number> {
    return this.#ioctl.callAsync(fd, request, argument, false);
  }

  unsafeIoctl(fd: Fd, request: number, argument: IoctlArgument): number {
    return this.#ioctl.call(fd, request, argument, true);
  }

  mmap(fd: Fd, options: MmapOptions): LinuxMapping {
    const { offset, length, protection = Protection.readWrite, private: copy = false } = options;
    checkFd(fd);
    checkOffset(offset);
    checkInteger("length", length, 0, Number.MAX_SAFE_INTEGER);
    checkInteger("protection", protection, 0, Protection.readWrite);
    const { addon, frame, Mapping } = this.#native;
    const slot = addon.mmap(fd, offset, length, protection, checkBoolean("private", copy));
    if (slot < 0) {
      throw new VfioError({ errno: -slot, syscall: "mmap", path: this.#files.path(fd) });
    }
    const onClose = (closed: Closable) => this.#mappings.delete(closed);
    const address = frame.wide[0]!;
    const mapping = new Mapping({ addon, frame, slot, length, address, onClose });
    this.#mappings.add(mapping);
    return mapping;
  }

  eventfd(initial = 0): Fd {
    const fd = this.#native.addon.eventfd(checkInteger("initial", initial, 0, 0xffff_ffff));
    if (fd < 0) throw new VfioError({ errno: -fd, syscall: "eventfd2" });
    this.#files.adopt(fd);
    return fd;
  }

  watch(fd: Fd, listener: (count: number) => void): Watch {
    checkFunction("listener", listener);
    const onClose = () => this.#watches.delete(fd);
    const { addon, frame } = this.#native;
    const opened = new LinuxWatch(addon, frame, checkFd(fd), listener, onClose);
    this.#watches.set(fd, opened);
    return opened;
  }

  allocate(length: number, options?: AllocateOptions): Memory {
    const { addon, frame } = this.#native;
    return allocate(addon, frame, length, options);
  }

  hold(address: bigint, length: bigint): Hold | undefined {
    const { addon, frame } = this.#native;
    return hold(addon, frame, address, length);
  }

  shutdown(): void {
    for (const closable of [...this.#mappings, ...this.#watches.values()]) closable.close();
    this.#files.closeAll();
  }
}
