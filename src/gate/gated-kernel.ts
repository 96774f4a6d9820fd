import { Errno } from "../errno.js";
import { VfioError } from "../errors.js";
import type {
  AllocateOptions,
  Fd,
  Hold,
  IoctlArgument,
  Kernel,
  Mapping,
  Memory,
  MmapOptions,
  Watch,
} from "../kernel.js";
import { checkArgument } from "./check.js";
import { OpenFiles } from "./open-files.js";
import { rules } from "./rules.js";
import { settle } from "./settle.js";

/**
 * The gate: a kernel with the checks before it that keep this process's memory safe, the same for
 * every kernel, so that what passes on the simulator passes on a host. Arguments are as long as
 * they say, embedded addresses lie in memory that this process has, embedded descriptors are its
 * own; and memory that is mapped for DMA stays where it is until it is unmapped or its container is
 * gone, whatever the program drops. Everything else is the kernel's to answer.
 */
export class GatedKernel implements Kernel {
  readonly #kernel: Kernel;
  readonly #files = new OpenFiles();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  get description() {
    return this.#kernel.description;
  }
  get clock() {
    return this.#kernel.clock;
  }
  get sysfs() {
    return this.#kernel.sysfs;
  }
  get system() {
    return this.#kernel.system;
  }
  get pageSize() {
    return this.#kernel.pageSize;
  }

  /** DMA mappings that hold memory of this process in place, over all its containers. */
  get heldMappings(): number {
    return this.#files.heldMappings;
  }

  open(path: string, flags: number): Fd {
    const fd = this.#kernel.open(path, flags);
    this.#files.opened(fd, path);
    return fd;
  }

  close(fd: Fd): void {
    this.#kernel.close(fd);
    this.#files.closed(this.#files.take(fd));
  }

  async closeAsync(fd: Fd): Promise<void> {
    // The number may be another file's before this has come back.
    const file = this.#files.take(fd);
    try {
      await this.#kernel.closeAsync(fd);
    } finally {
      this.#files.closed(file);
    }
  }

  dup(fd: Fd): Fd {
    const copy = this.#kernel.dup(fd);
    this.#files.duplicated(fd, copy);
    return copy;
  }

  read(fd: Fd, target: Uint8Array): number {
    return this.#kernel.read(fd, target);
  }
  write(fd: Fd, source: Uint8Array): number {
    return this.#kernel.write(fd, source);
  }
  pread(fd: Fd, target: Uint8Array, offset: number): number {
    return this.#kernel.pread(fd, target, offset);
  }
  pwrite(fd: Fd, source: Uint8Array, offset: number): number {
    return this.#kernel.pwrite(fd, source, offset);
  }

  ioctl(fd: Fd, request: number, argument: IoctlArgument): number {
    const holds = this.#check(fd, request, argument);
    let kept = false;
    try {
      const result = this.#kernel.ioctl(fd, request, argument);
      kept = settle(this.#files, { fd, request, argument, result, holds });
      return result;
    } catch (error) {
      throw this.#named(error, fd, request);
    } finally {
      if (!kept) for (const hold of holds) hold.release();
    }
  }

  async ioctlAsync(fd: Fd, request: number, argument: IoctlArgument): Promise<number> {
    const holds = this.#check(fd, request, argument);
    let kept = false;
    try {
      const result = await this.#kernel.ioctlAsync(fd, request, argument);
      kept = settle(this.#files, { fd, request, argument, result, holds });
      return result;
    } catch (error) {
      throw this.#named(error, fd, request);
    } finally {
      if (!kept) for (const hold of holds) hold.release();
    }
  }

  unsafeIoctl(fd: Fd, request: number, argument: IoctlArgument): number {
    try {
      const result = this.#kernel.unsafeIoctl(fd, request, argument);
      settle(this.#files, { fd, request, argument, result, holds: [] });
      return result;
    } catch (error) {
      throw this.#named(error, fd, request);
    }
  }

  mmap(fd: Fd, options: MmapOptions): Mapping {
    return this.#files.mapped(fd, this.#kernel.mmap(fd, options));
  }

  eventfd(initial?: number): Fd {
    const fd = this.#kernel.eventfd(initial);
    this.#files.created(fd, "eventfd");
    return fd;
  }

  watch(fd: Fd, listener: (count: number) => void): Watch {
    return this.#kernel.watch(fd, listener);
  }

  allocate(length: number, options?: AllocateOptions): Memory {
    return this.#kernel.allocate(length, options);
  }

  hold(address: bigint, length: bigint): Hold | undefined {
    return this.#kernel.hold(address, length);
  }

  shutdown(): void {
    this.#kernel.shutdown();
    this.#files.clear();
  }

  /** Several requests share a number; which one it was depends on the file. */
  #named(error: unknown, fd: Fd, request: number): unknown {
    const name = rules[this.#files.get(fd)?.kind ?? "other"].get(request)?.name;
    if (!(error instanceof VfioError) || name === undefined || error.request === name) return error;
    const { errno, syscall, path, hint } = error;
    return new VfioError({ errno: -errno, syscall, path, hint, request: name });
  }

  #check(fd: Fd, request: number, argument: IoctlArgument) {
    const file = this.#files.get(fd);
    if (file === undefined) {
      throw new VfioError({ errno: Errno.EBADF, syscall: "ioctl" });
    }
    return checkArgument({
      rule: rules[file.kind].get(request),
      kind: file.kind,
      request,
      argument,
      kernel: this.#kernel,
      files: this.#files,
    });
  }
}

/** Puts the gate before a kernel. */
export function gated(kernel: Kernel): GatedKernel {
  return kernel instanceof GatedKernel ? kernel : new GatedKernel(kernel);
}
