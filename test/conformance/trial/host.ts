import type { Kernel } from "../../../src/kernel.js";

/** What another process of the machine may do. */
export interface ProcessOptions {
  /** User id; 0 unless told. */
  uid?: number;
  /** Bytes that it may lock (RLIMIT_MEMLOCK); unlimited unless told. */
  memlock?: number;
}

/** What a case needs of the machine besides the calls of one process. */
export interface Host {
  /** Another process of the same machine, to be ended with its `shutdown`. */
  process(options?: ProcessOptions): Kernel;
}
