import type { Kernel } from "../../../src/kernel.js";

/** How another process of the machine is started. */
export interface ProcessOptions {
  /**
   * Bytes that it may lock (RLIMIT_MEMLOCK); such a process is without CAP_IPC_LOCK. Unlimited
   * unless told.
   */
  memlock?: number;
}

/** What a case needs of the machine besides the calls of one process. */
export interface Host {
  /**
   * Another process of the same machine, to be ended with its `shutdown`. It has no mappings and no
   * watches; the bytes of its memory are its own.
   */
  process(options?: ProcessOptions): Kernel;
}
