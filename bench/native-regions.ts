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
} from "../src/kernel.js";

/**
 * A kernel whose devices are simulated and whose region accesses are native: mappings and reads of
 * device files go to a file in memory through the other kernel. So the public API is measured over
 * the addon on a machine that has no VFIO.
 */
export class NativeRegions implements Kernel {
  /** The file that stands in for every region. */
  readonly file: Fd;

  constructor(
    readonly simulated: Kernel,
    readonly native: Kernel,
    file: Fd,
  ) {
    this.file = file;
  }

  get description() {
    return this.simulated.description;
  }
  get clock() {
    return this.simulated.clock;
  }
  get sysfs() {
    return this.simulated.sysfs;
  }
  get system() {
    return this.simulated.system;
  }
  get pageSize() {
    return this.simulated.pageSize;
  }

  mmap(_fd: Fd, { length, protection = 3 }: MmapOptions): Mapping {
    return this.native.mmap(this.file, { offset: 0, length, protection });
  }
  pread(_fd: Fd, target: Uint8Array, offset: number): number {
    return this.native.pread(this.file, target, offset % 4096);
  }
  pwrite(_fd: Fd, source: Uint8Array, offset: number): number {
    return this.native.pwrite(this.file, source, offset % 4096);
  }

  open(path: string, flags: number): Fd {
    return this.simulated.open(path, flags);
  }
  close(fd: Fd): void {
    this.simulated.close(fd);
  }
  closeAsync(fd: Fd): Promise<void> {
    return this.simulated.closeAsync(fd);
  }
  dup(fd: Fd): Fd {
    return this.simulated.dup(fd);
  }
  read(fd: Fd, target: Uint8Array): number {
    return this.simulated.read(fd, target);
  }
  write(fd: Fd, source: Uint8Array): number {
    return this.simulated.write(fd, source);
  }
  ioctl(fd: Fd, request: number, argument: IoctlArgument): number {
    return this.simulated.ioctl(fd, request, argument);
  }
  ioctlAsync(fd: Fd, request: number, argument: IoctlArgument): Promise<number> {
    return this.simulated.ioctlAsync(fd, request, argument);
  }
  unsafeIoctl(fd: Fd, request: number, argument: IoctlArgument): number {
    return this.simulated.unsafeIoctl(fd, request, argument);
  }
  eventfd(initial?: number): Fd {
    return this.simulated.eventfd(initial);
  }
  watch(fd: Fd, listener: (count: number) => void): Watch {
    return this.simulated.watch(fd, listener);
  }
  allocate(length: number, options?: AllocateOptions): Memory {
    return this.simulated.allocate(length, options);
  }
  hold(address: bigint, length: bigint): Hold | undefined {
    return this.simulated.hold(address, length);
  }
  shutdown(): void {
    this.simulated.shutdown();
  }
}
