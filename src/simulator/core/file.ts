import type { UserArgument } from "./argument.js";
import type { Client } from "./client.js";
import type { Result } from "./result.js";

/** What a client asks to map. Offset and length in bytes; the offset is page aligned. */
export interface MmapRequest {
  offset: number;
  length: number;
  /** `Protection` bits. */
  protection: number;
  /** VM_SHARED: MAP_SHARED, of a file that is open for writing. */
  shared: boolean;
}

/** Access widths in bytes that a bus access can have. 64-bit accesses have methods of their own. */
export type Width = 1 | 2 | 4;

/**
 * What stands behind a mapping: device registers (each access is an effect) or device RAM. Offsets
 * are in bytes from the start of the mapping and already checked.
 */
export interface MappedMemory {
  /** False while an access would be a bus error (memory decode off, D3, reset). */
  readonly accessible: boolean;
  /** The bytes where it is RAM (a framebuffer); undefined where accesses have effects. */
  readonly bytes: Uint8Array | undefined;
  read(offset: number, width: Width): number;
  write(offset: number, width: Width, value: number): void;
  read64(offset: number): bigint;
  write64(offset: number, value: bigint): void;
}

/**
 * struct file_operations: what can be done with one open file. A missing operation is answered as
 * the VFS does (ENOTTY for ioctl, EINVAL for read and write, ENODEV for mmap). `pread` and `pwrite`
 * are there only on files that have a position; without them it is ESPIPE.
 */
export interface FileOperations {
  /** As /proc/PID/fd shows it: `anon_inode:[vfio-device]`, or the path that was opened. */
  readonly name: string;
  /** Lines of /proc/PID/fdinfo/FD besides those that every file has. */
  fdinfo?(): string;
  ioctl?(client: Client, request: number, argument: UserArgument): Result;
  read?(client: Client, target: Uint8Array): Result;
  write?(client: Client, source: Uint8Array): Result;
  pread?(client: Client, target: Uint8Array, position: number): Result;
  pwrite?(client: Client, source: Uint8Array, position: number): Result;
  /** The memory, or a negative error number. The mapping holds the file open. */
  mmap?(client: Client, request: MmapRequest): MappedMemory | Result;
  /** The last descriptor and mapping are gone. */
  release?(): void;
}

/** struct file: an open file, shared by dup, fork and mappings, released when the last lets go. */
export class OpenFile {
  #references = 1;

  constructor(
    readonly operations: FileOperations,
    /** `OpenFlags` it was opened with. */
    readonly flags: number,
  ) {}

  get references(): number {
    return this.#references;
  }

  /** get_file() */
  hold(): this {
    this.#references += 1;
    return this;
  }

  /** fput() */
  drop(): void {
    this.#references -= 1;
    if (this.#references === 0) this.operations.release?.();
  }
}
