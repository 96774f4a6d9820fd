import type { ErrnoName } from "../../errno.js";
import type { Client } from "./client.js";

/** Calls that can be made to fail. `allocate` is memory: the client's, and the kernel's own. */
export type InjectableCall =
  | "open"
  | "ioctl"
  | "read"
  | "write"
  | "pread"
  | "pwrite"
  | "mmap"
  | "eventfd"
  | "allocate";

/** Which call is to fail, and how. */
export interface CallFault {
  readonly call: InjectableCall;
  readonly errno: ErrnoName;
  /** Only this ioctl. */
  readonly request?: number;
  /** Only this path (open). */
  readonly path?: string;
  /** Only calls of this process. */
  readonly pid?: number;
  /** The how-manieth call that fits is the first to fail; 1 unless told. */
  readonly nth?: number;
  /** How many fail from then on; 1 unless told, Infinity for all. */
  readonly times?: number;
}

/** A failure that is planned. */
export class PlannedFault {
  readonly errno: ErrnoName;
  readonly #fault: CallFault;
  readonly #done: () => void;
  #before: number;
  #left: number;
  #hits = 0;

  constructor(fault: CallFault, done: () => void) {
    this.errno = fault.errno;
    this.#fault = fault;
    this.#done = done;
    this.#before = (fault.nth ?? 1) - 1;
    this.#left = fault.times ?? 1;
  }

  /** How often it has struck. */
  get hits(): number {
    return this.#hits;
  }

  /** It strikes no more. */
  cancel(): void {
    this.#left = 0;
    this.#done();
  }

  /** Whether this call is to fail; counts it if it fits. */
  strikes(
    { pid }: Client,
    call: InjectableCall,
    { request, path }: { request?: number; path?: string },
  ): boolean {
    const wanted = this.#fault;
    if (wanted.call !== call) return false;
    if (wanted.request !== undefined && wanted.request !== request) return false;
    if (wanted.path !== undefined && wanted.path !== path) return false;
    if (wanted.pid !== undefined && wanted.pid !== pid) return false;
    if (this.#before > 0) {
      this.#before -= 1;
      return false;
    }
    this.#hits += 1;
    this.#left -= 1;
    if (this.#left <= 0) this.#done();
    return true;
  }
}
