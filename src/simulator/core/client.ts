import type { FileOperations, OpenFile } from "./file.js";
import type { Result } from "./result.js";

/** Capabilities that VFIO asks for (capabilities(7)). */
export type Capability = "CAP_SYS_RAWIO" | "CAP_IPC_LOCK" | "CAP_SYS_ADMIN";

/** Pages of a client's memory, held in place. Writes through `bytes` are seen by the client. */
export interface PinnedPage {
  /** Host-physical frame number: the same memory has the same number. */
  readonly frame: number;
  /** The bytes, or undefined when it is device memory (a mapped BAR). */
  readonly bytes: Uint8Array | undefined;
  read(offset: number, target: Uint8Array): void;
  write(offset: number, source: Uint8Array): void;
  /** Lets go of the pages. Once. */
  release(): void;
}

/** Pages that lie one behind the other, in the client's memory and in the host's. */
export interface PinnedSpan extends PinnedPage {
  readonly pages: number;
}

/**
 * A client's address space. An interface, because one day the client may be another process.
 * Addresses are Numbers: user space ends below 2^47, and every other number is not mapped.
 */
export interface ClientMemory {
  /** copy_from_user: false when a byte of it is not readable (then the target is undefined). */
  read(address: number, target: Uint8Array): boolean;
  /** copy_to_user: false when a byte is not writable; bytes before it may have been written. */
  write(address: number, source: Uint8Array): boolean;
  /** get_user_pages for one page; undefined when it is absent or not writable as asked. */
  pin(address: number, writable: boolean): PinnedPage | undefined;
  /** The same for as many pages as lie together, at most so many; undefined if the first fails. */
  pinSpan(address: number, pages: number, writable: boolean): PinnedSpan | undefined;
}

/** Memory that a client may keep locked (RLIMIT_MEMLOCK), in bytes. */
export interface LockedMemory {
  limit: number;
  locked: number;
}

/** The process on whose behalf a system call runs: `current` in the kernel. */
export interface Client {
  readonly pid: number;
  readonly command: string;
  readonly uid: number;
  readonly memory: ClientMemory;
  readonly lockedMemory: LockedMemory;
  /** False once the process has ended. */
  readonly alive: boolean;
  capable(capability: Capability): boolean;
  /** The open file behind a descriptor: fget(). */
  file(fd: number): OpenFile | undefined;
  /** Whether a descriptor is left: get_unused_fd_flags() would succeed. */
  readonly descriptorFree: boolean;
  /** Installs a new open file at the lowest free descriptor: the descriptor, or -EMFILE. */
  install(operations: FileOperations, flags: number): Result;
  /** Closes a descriptor that was installed a moment ago. */
  uninstall(fd: number): void;
}
