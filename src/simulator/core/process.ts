import { Errno } from "../../errno.js";
import { AddressSpace, type FrameCounter } from "./address-space.js";
import type { Capability, Client, LockedMemory } from "./client.js";
import { FdTable } from "./fd-table.js";
import { type FileOperations, OpenFile } from "./file.js";
import type { Result } from "./result.js";

/** How a process is started. */
export interface ProcessOptions {
  /** Its command name, as /proc/PID/comm shows it. */
  command?: string;
  /** Effective user; root unless told. */
  uid?: number;
  gid?: number;
  /** Capabilities; all of them for root, none for others, unless told. */
  capabilities?: readonly Capability[];
  /** RLIMIT_MEMLOCK in bytes; Infinity for unlimited. 8 MiB, as distributions have it. */
  memlock?: number;
  /** RLIMIT_NOFILE */
  maxFiles?: number;
}

const DEFAULT_MEMLOCK = 8 * 1024 * 1024;
const DEFAULT_FILES = 1024 * 1024;

/** A process of the simulated machine: `current` to the rules of the kernel. */
export class SimulatedProcess implements Client {
  readonly command: string;
  readonly uid: number;
  readonly gid: number;
  readonly memory: AddressSpace;
  readonly lockedMemory: LockedMemory;
  readonly files: FdTable;
  readonly #capabilities: ReadonlySet<Capability> | "all";
  #alive = true;

  constructor(
    readonly pid: number,
    frames: FrameCounter,
    { command, uid, gid, capabilities, memlock, maxFiles }: ProcessOptions,
  ) {
    this.command = command ?? "node";
    this.uid = uid ?? 0;
    this.gid = gid ?? this.uid;
    this.memory = new AddressSpace(frames);
    this.lockedMemory = { limit: memlock ?? DEFAULT_MEMLOCK, locked: 0 };
    this.files = new FdTable(maxFiles ?? DEFAULT_FILES);
    const everything = capabilities === undefined && this.uid === 0;
    this.#capabilities = everything ? "all" : new Set(capabilities ?? []);
  }

  get alive(): boolean {
    return this.#alive;
  }

  get descriptorFree(): boolean {
    return this.files.hasFree;
  }

  capable(capability: Capability): boolean {
    return this.#capabilities === "all" || this.#capabilities.has(capability);
  }

  file(fd: number): OpenFile | undefined {
    return this.files.get(fd);
  }

  install(operations: FileOperations, flags: number): Result {
    if (!this.files.hasFree) return -Errno.EMFILE;
    return this.files.install(new OpenFile(operations, flags));
  }

  /** Whether a file is open, by its name. */
  holds(name: string): boolean {
    for (const [, file] of this.files.entries()) if (file.operations.name === name) return true;
    return false;
  }

  uninstall(fd: number): void {
    this.files.remove(fd)?.drop();
  }

  /** do_exit(): every descriptor is closed, ascending. */
  exit(): void {
    if (!this.#alive) return;
    this.#alive = false;
    for (const [fd] of this.files.entries()) this.files.remove(fd)?.drop();
  }
}
