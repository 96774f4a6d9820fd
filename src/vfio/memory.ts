import type { AllocateOptions, Kernel, Memory } from "../kernel.js";

/** Page-aligned, zeroed RAM: typed arrays over it are right, and it can be mapped for DMA. */
export class DmaMemory implements Memory {
  readonly kernel: Kernel;
  readonly #memory: Memory;

  /** @internal Programs call `vfio.allocate()`. */
  constructor(kernel: Kernel, length: number, options: AllocateOptions) {
    this.kernel = kernel;
    this.#memory = kernel.allocate(length, options);
  }

  /** The process's address of the first byte. */
  get address(): bigint {
    return this.#memory.address;
  }

  /** Bytes, a multiple of the page size. */
  get length(): number {
    return this.#memory.length;
  }

  /** The bytes; empty once freed. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#memory.bytes;
  }

  /** `free` was called. */
  get freed(): boolean {
    return this.#memory.freed;
  }

  /** A DataView of all bytes, for mixed widths. */
  get view(): DataView<ArrayBuffer> {
    const { buffer, byteOffset, byteLength } = this.bytes;
    return new DataView(buffer, byteOffset, byteLength);
  }

  /**
   * Lets go of the memory. While it is mapped for DMA its pages stay where they are. Idempotent.
   */
  free(): void {
    this.#memory.free();
  }

  /** `free`, for `using`. */
  [Symbol.dispose](): void {
    this.free();
  }
}
