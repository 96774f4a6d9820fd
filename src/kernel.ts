/**
 * The seam. Everything above it (the typed layer, the commands) is the same code whichever kernel
 * is below; nothing above asks which one it is. Below it stand `LinuxKernel` (the addon) and
 * `SimulatedKernel`. The seam is the system call: numbers, bytes, file descriptors.
 *
 * A `Kernel` belongs to one process: it has its own file descriptors and its own memory. Every
 * failure is a `VfioError`; misuse (wrong types, unusable numbers) is a TypeError or RangeError
 * before any system call.
 */

import type { System } from "./system.js";

/** A file descriptor. 0 is one too. */
export type Fd = number;

/**
 * What an ioctl takes as its third argument: a number as is (CHECK_EXTENSION; also an address),
 * a string (sent with its NUL), or the bytes of the struct, which the kernel reads and writes in
 * place. Access past the end of the bytes is EFAULT, on both kernels.
 */
export type IoctlArgument = number | bigint | string | Uint8Array;

/** open(2) flags that mean something for VFIO files. All opens are close-on-exec. */
export const OpenFlags = { readOnly: 0, writeOnly: 1, readWrite: 2, nonBlock: 0o4000 } as const;

/** mmap(2) protection bits. */
export const Protection = { none: 0, read: 1, write: 2, readWrite: 3 } as const;

/** What to map of a file. Offset and length in bytes. */
export interface MmapOptions {
  offset: number;
  length: number;
  /** `Protection` bits; read and write unless told. */
  protection?: number;
  /** MAP_PRIVATE instead of MAP_SHARED; no VFIO device accepts it. */
  private?: boolean;
}

/**
 * Mapped device memory. It is not RAM: each access is one access of exactly that width, never
 * merged, split or dropped. A BAR that is switched off or being reset answers `EIO` (the bus error
 * that a C program would die of). Offsets in bytes from the mapping's start, naturally aligned.
 *
 * @throws RangeError for an offset that is outside or not aligned, TypeError for a wrong type,
 *   Error after `close()`
 */
export interface Mapping {
  /** Length in bytes. */
  readonly length: number;
  /** Where it is in the process's memory: for mapping a BAR into an IOMMU. */
  readonly address: bigint;
  readonly closed: boolean;
  /** One byte, one access. */
  read8(offset: number): number;
  /** Two bytes, one access. */
  read16(offset: number): number;
  /** Four bytes, one access. */
  read32(offset: number): number;
  /** Eight bytes, one access. */
  read64(offset: number): bigint;
  /** One byte, one access. */
  write8(offset: number, value: number): void;
  /** Two bytes, one access. */
  write16(offset: number, value: number): void;
  /** Four bytes, one access. */
  write32(offset: number, value: number): void;
  /** Eight bytes, one access. */
  write64(offset: number, value: bigint): void;
  /** Copies device memory out, in naturally aligned accesses of at most 8 bytes. */
  readBytes(offset: number, target: Uint8Array): void;
  /** Copies into device memory. */
  writeBytes(offset: number, source: Uint8Array): void;
  /** munmap(2). Idempotent. While it is open, the device and its container stay busy. */
  close(): void;
}

/** How memory is to be allocated. */
export interface AllocateOptions {
  /** `Protection` bits the process gets; read and write unless told. */
  protection?: number;
  /** Back it with huge pages of this many bytes (2 MiB or 1 GiB); ENOMEM if there are none. */
  hugePageSize?: number;
  /** Memory that another process can map too (memfd). */
  shared?: boolean;
}

/** Page-aligned RAM with an address: what can be mapped for DMA. Typed arrays over it are right. */
export interface Memory {
  /** The process's address of the first byte. */
  readonly address: bigint;
  /** Length in bytes, a multiple of the page size. */
  readonly length: number;
  /** The bytes; empty once freed. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** `free` was called. */
  readonly freed: boolean;
  /**
   * Lets go of the memory. While it is mapped for DMA the pages stay where they are; they go back
   * when the last DMA mapping and the last reference to `bytes` are gone. Idempotent.
   */
  free(): void;
}

/** Keeps memory where it is, for as long as a device may reach it. */
export interface Hold {
  /** Idempotent. */
  release(): void;
}

/** A listener on an eventfd. It holds the event loop only while `ref`'d; it starts un-ref'd. */
export interface Watch {
  /** Holds the event loop. */
  ref(): void;
  /** Lets the event loop end. */
  unref(): void;
  /** Stops watching; the eventfd stays open. Idempotent. */
  close(): void;
}

/** The machine's clock: host time, or the simulated machine's. */
export interface Clock {
  /** Nanoseconds of a monotonic clock. */
  now(): bigint;
  /** Resolves after so many milliseconds of this clock; rejects with the signal's reason. */
  sleep(milliseconds: number, options?: { signal?: AbortSignal | undefined }): Promise<void>;
}

/** What a sysfs path is. */
export type SysfsKind = "file" | "directory" | "link";

/** A write that may block for ever, and how long to wait for it. */
export interface BlockingWriteOptions {
  /** Milliseconds after which waiting ends with ETIMEDOUT; the write itself goes on. */
  timeout?: number | undefined;
  signal?: AbortSignal | undefined;
}

/** /sys, by absolute paths. */
export interface Sysfs {
  /** A whole attribute as text. */
  read(path: string): string;
  /** A whole attribute as bytes (PCI `config`). */
  readBytes(path: string): Uint8Array;
  /** One write(2) with these exact bytes: no truncation, no creation, no retry. */
  write(path: string, data: string | Uint8Array): number;
  /**
   * The same from a helper process that holds no VFIO file, for writes that can block for ever
   * (unbind, mdev remove). Abandoned after `timeout`.
   */
  writeBlocking(
    path: string,
    data: string | Uint8Array,
    options?: BlockingWriteOptions,
  ): Promise<number>;
  /** Names in a directory, sorted. */
  list(path: string): string[];
  /** A link's text. */
  readlink(path: string): string;
  /** The canonical absolute path behind links. ENOENT if there is nothing. */
  realpath(path: string): string;
  /** What stands at the path itself (a link is a link), or undefined. */
  kind(path: string): SysfsKind | undefined;
}

/** Which kernel this is, for people to read. Nothing decides by it. */
export interface KernelDescription {
  kind: "linux" | "simulated";
  /** `uname -r`, or the simulated profile's version. */
  release: string;
  /** One line: `Linux 6.1.0-53-amd64`, `simulated Linux 6.1 (seed 1)`. */
  text: string;
}

/** The system calls. Offsets into files are Numbers (a region's are below 2^44). */
export interface Kernel {
  readonly description: KernelDescription;
  readonly clock: Clock;
  readonly sysfs: Sysfs;
  /** /proc, /dev, limits: the second, smaller seam. */
  readonly system: System;
  readonly pageSize: number;

  /** open(2), with `OpenFlags`. */
  open(path: string, flags: number): Fd;
  /** close(2). */
  close(fd: Fd): void;
  /** The same off the main thread: closing a device may reset it, which takes long. */
  closeAsync(fd: Fd): Promise<void>;
  /** dup(2): another descriptor of the same file. */
  dup(fd: Fd): Fd;
  /** read(2): how many bytes it gave. */
  read(fd: Fd, target: Uint8Array): number;
  /** write(2): how many bytes it took. */
  write(fd: Fd, source: Uint8Array): number;
  /** pread(2), at a file offset. */
  pread(fd: Fd, target: Uint8Array, offset: number): number;
  /** pwrite(2), at a file offset. */
  pwrite(fd: Fd, source: Uint8Array, offset: number): number;
  /** ioctl(2): what it returned, which is never negative. */
  ioctl(fd: Fd, request: number, argument: IoctlArgument): number;
  /**
   * An ioctl without the checks that keep this process's memory safe: for requests that the library
   * does not know, and for tests that mean to offend. Embedded pointers are the caller's affair.
   */
  unsafeIoctl(fd: Fd, request: number, argument: IoctlArgument): number;
  /** `ioctl` off the main thread. The bytes must not be touched until it settles. */
  ioctlAsync(fd: Fd, request: number, argument: IoctlArgument): Promise<number>;
  /** mmap(2) of a part of a device. */
  mmap(fd: Fd, options: MmapOptions): Mapping;
  /** A new eventfd (EFD_CLOEXEC | EFD_NONBLOCK) with this count. */
  eventfd(initial?: number): Fd;
  /** Calls the listener with the count that it has read from the eventfd, on this event loop. */
  watch(fd: Fd, listener: (count: number) => void): Watch;
  /** Page-aligned, zeroed RAM. The length is rounded up to whole pages. */
  allocate(length: number, options?: AllocateOptions): Memory;
  /**
   * Holds `[address, address + length)` in place, whatever the program drops or transfers.
   * Undefined when that is not wholly inside one `allocate`d memory or one open mapping of this
   * process. Holding a mapping does not keep it open.
   */
  hold(address: bigint, length: bigint): Hold | undefined;
  /** Closes every file, mapping and watch of this process. Idempotent. */
  shutdown(): void;
}
