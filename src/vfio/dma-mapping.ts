import type { Kernel } from "../kernel.js";
import type { Dma } from "./dma.js";
import { hex } from "./numbers.js";

/** Memory that can be mapped for DMA: `vfio.allocate`d, or a mapped BAR. */
export interface DmaSource {
  /** The process's address of the first byte. */
  readonly address: bigint;
  /** Bytes. */
  readonly length: number;
  /** It is memory no more. */
  readonly freed?: boolean;
  /** It was a mapped region. */
  readonly closed?: boolean;
  /** Whose it is; unknown for memory that came from elsewhere. */
  readonly kernel?: Kernel;
}

/** What one mapping is. */
export interface DmaMappingFacts {
  iova: bigint;
  size: bigint;
  source: DmaSource;
  readable: boolean;
  writable: boolean;
}

/**
 * Memory under an I/O virtual address, for all devices of the container. It lives until it is
 * unmapped, disposed, or its container is closed or loses its last group; so long the memory stays
 * where it is, whatever the program drops.
 */
export class DmaMapping {
  readonly #dma: Dma;
  readonly #facts: DmaMappingFacts;
  #mapped = true;

  /** @internal Programs call `dma.map()`. */
  constructor(dma: Dma, facts: DmaMappingFacts) {
    this.#dma = dma;
    this.#facts = facts;
  }

  /** The address for the device, in bytes. */
  get iova(): bigint {
    return this.#facts.iova;
  }

  /** Bytes. */
  get size(): bigint {
    return this.#facts.size;
  }

  /** The memory. */
  get source(): DmaSource {
    return this.#facts.source;
  }

  /** Devices may read the memory. */
  get readable(): boolean {
    return this.#facts.readable;
  }

  /** Devices may write the memory. */
  get writable(): boolean {
    return this.#facts.writable;
  }

  /** False once it is unmapped, by whatever way. */
  get mapped(): boolean {
    return this.#mapped;
  }

  /** VFIO_IOMMU_UNMAP_DMA. Idempotent. */
  unmap(): void {
    if (this.#mapped) this.#dma.unmap(this.iova, this.size);
  }

  /**
   * Tells the kernel that the memory's address is about to change, as when another process takes
   * over; the mapping goes on. Until `updateAddress` no group can join the container.
   *
   * @throws VfioError EBUSY while a mediated device is in the container, EINVAL if it is so already
   */
  invalidateAddress(): void {
    this.#dma.invalidate(this);
  }

  /**
   * The same memory at another address of this process.
   *
   * @throws VfioError EINVAL unless `invalidateAddress` came before, ENOENT if it is not mapped
   */
  updateAddress(memory: DmaSource): void {
    this.#dma.update(this, memory);
    this.#facts.source = memory;
  }

  /** `unmap`, for `using`. */
  [Symbol.dispose](): void {
    this.unmap();
  }

  /** As messages show it: `0x100000-0x10ffff`. */
  toString(): string {
    return `${hex(this.iova)}-${hex(this.iova + this.size - 1n)}`;
  }

  /** @internal The kernel has it no more. */
  gone(): void {
    this.#mapped = false;
  }
}
