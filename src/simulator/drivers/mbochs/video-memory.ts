/**
 * Video memory whose pages come into being when they are touched and go when the device is closed.
 * Whoever still holds the old bytes (a dma-buf) keeps them.
 */
export class VideoMemory {
  #bytes: Uint8Array | undefined;

  constructor(
    /** In bytes. */
    readonly size: number,
  ) {}

  /** The bytes of now; zeros at first. */
  get bytes(): Uint8Array {
    this.#bytes ??= new Uint8Array(this.size);
    return this.#bytes;
  }

  /** samples/vfio-mdev/mbochs.c: mbochs_put_pages() */
  drop(): void {
    this.#bytes = undefined;
  }
}
