import type { Kernel, Memory } from "../kernel.js";

/** Memory that the kernel writes bitmaps into; kept, for bitmaps are asked for again and again. */
export class BitmapBuffer {
  readonly #kernel: Kernel;
  #memory: Memory | undefined;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** So many zeroed bytes. The kernel ORs into what is there, so they must be. */
  take(length: number): { address: bigint; bytes: Uint8Array } {
    if (this.#memory === undefined || this.#memory.length < length) {
      this.free();
      this.#memory = this.#kernel.allocate(length);
    }
    const { address, bytes } = this.#memory;
    return { address, bytes: bytes.subarray(0, length).fill(0) };
  }

  free(): void {
    this.#memory?.free();
    this.#memory = undefined;
  }
}
