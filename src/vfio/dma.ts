import { explained } from "../hints/explain.js";
import { mapDmaHint } from "../hints/map-dma.js";
import { DmaMapFlags, DmaUnmapFlags } from "../uapi/flags.js";
import type { Container } from "./container.js";
import { DirtyBitmap } from "./dirty-bitmap.js";
import { DmaMapping, type DmaSource } from "./dma-mapping.js";
import { DmaRequests, everything } from "./dma-requests.js";
import type { IommuInfo } from "./iommu-info.js";
import { IovaAllocator } from "./iova-allocator.js";
import { address, hex, integer, wrongType } from "./numbers.js";

/** How memory is to be mapped for DMA. Lengths and offsets in bytes. */
export interface DmaMapOptions {
  /** The address for devices; the lowest that is free unless told. */
  iova?: number | bigint;
  /** Where in the memory to begin; its start unless told. */
  offset?: number;
  /** How much of it; all of it unless told. */
  length?: number;
  /** Devices may read it; yes unless told. */
  read?: boolean;
  /** Devices may write it; yes unless told. */
  write?: boolean;
  /** When the IOVA is chosen: all of it lies below this, for devices with few address bits. */
  below?: number | bigint;
}

const HUGE = 0x20_0000n;

/** Memory mapped for the devices of one container. */
export class Dma {
  readonly #container: Container;
  readonly #mappings = new Map<bigint, DmaMapping>();
  readonly #iovas = new IovaAllocator();
  readonly #requests: DmaRequests;
  #info: IommuInfo | undefined;
  #mapped = 0n;

  /** @internal Programs use `container.dma` or `vfio.dma`. */
  constructor(container: Container) {
    this.#container = container;
    this.#requests = new DmaRequests(container);
  }

  /** What is mapped through this object, oldest first. */
  get mappings(): DmaMapping[] {
    return [...this.#mappings.values()];
  }

  /**
   * Maps memory for all devices of the container: VFIO_IOMMU_MAP_DMA.
   *
   * @throws TypeError for what is not memory, or neither read nor write; RangeError for offsets and
   *   lengths outside of it, and if no IOVA is free
   * @throws VfioError, each with a hint: EINVAL before `setIommu`, unaligned, or outside the IOVA
   *   ranges; EEXIST where something is mapped; ENOMEM beyond RLIMIT_MEMLOCK; ENOSPC after 65,535
   *   mappings; EFAULT. vfio_iommu_type1.c: vfio_dma_do_map()
   */
  map(source: DmaSource, options: DmaMapOptions = {}): DmaMapping {
    const { read = true, write = true } = options;
    this.#checkSource(source);
    const { vaddr, size } = part(source, options);
    const flags = (read ? DmaMapFlags.READ : 0) | (write ? DmaMapFlags.WRITE : 0);
    if (flags === 0) throw new TypeError("map: devices could neither read nor write it");
    const chosen = options.iova === undefined ? undefined : address(options.iova, "iova");
    let iova = chosen ?? 0n;
    try {
      iova = chosen ?? this.#choose(vaddr, size, options);
      this.#requests.map(flags, vaddr, { iova, size });
    } catch (error) {
      throw explained(error, (cause) => ({ hint: mapDmaHint(this.#facts(iova, size), cause) }));
    }
    const facts = { iova, size, source, readable: read, writable: write };
    const mapping = new DmaMapping(this, facts);
    this.#mappings.set(iova, mapping);
    this.#iovas.take(iova, iova + size - 1n);
    this.#mapped += size;
    return mapping;
  }

  /**
   * Unmaps a range: VFIO_IOMMU_UNMAP_DMA. Whole mappings only (type1 version 2); holes are fine.
   *
   * @returns how many bytes were mapped there
   * @throws VfioError EINVAL for a range that cuts a mapping; vfio_iommu_type1.c:
   *   vfio_dma_do_unmap()
   */
  unmap(iova: number | bigint, size: number | bigint): bigint {
    return this.#unmapRange(0, address(iova, "iova"), address(size, "size"));
  }

  /**
   * Unmaps everything in the container.
   *
   * @returns how many bytes were mapped
   */
  unmapAll(): bigint {
    return this.#unmapRange(DmaUnmapFlags.ALL, 0n, 0n);
  }

  /**
   * Unmaps a range and says which of its pages were written: for the last round of a migration.
   *
   * @throws VfioError EINVAL while `container.dirtyPages` takes no notes, and as `unmap`
   */
  unmapDirty(iova: number | bigint, size: number | bigint): { bytes: bigint; dirty: DirtyBitmap } {
    const range = { iova: address(iova, "iova"), size: address(size, "size") };
    const pageSize = this.#container.smallestPage();
    const { unmapped, bitmap } = this.#requests.unmapDirty(range, pageSize);
    this.#forgetRange(range.iova, range.size, unmapped);
    return { bytes: unmapped, dirty: new DirtyBitmap({ ...range, pageSize, bytes: bitmap }) };
  }

  /** @internal The mapping keeps its pages, but its memory's address is about to change. */
  invalidate(mapping: DmaMapping): void {
    assertMapped(mapping, "invalidateAddress");
    this.#requests.unmap(DmaUnmapFlags.VADDR, mapping);
  }

  /** @internal The mapping's memory is at another address now. */
  update(mapping: DmaMapping, source: DmaSource): void {
    assertMapped(mapping, "updateAddress");
    this.#checkSource(source);
    if (BigInt(source.length) < mapping.size) {
      throw new RangeError(
        `updateAddress: ${source.length} bytes, the mapping has ${mapping.size}`,
      );
    }
    this.#requests.map(DmaMapFlags.VADDR, source.address, mapping);
  }

  /** @internal Groups came or went: what can be mapped may be different now. */
  rangesChanged(): void {
    this.#info = undefined;
  }

  /** @internal The container has lost all mappings. */
  forget(): void {
    for (const mapping of this.#mappings.values()) mapping.gone();
    this.#mappings.clear();
    this.#iovas.clear();
    this.#mapped = 0n;
    this.#info = undefined;
  }

  #checkSource(source: DmaSource): void {
    if (typeof source?.address !== "bigint" || typeof source.length !== "number") {
      throw wrongType(source, "map", "memory (vfio.allocate) or a mapped region");
    }
    if (source.freed === true) throw new TypeError("map: the memory is freed");
    if (source.closed === true) throw new TypeError("map: the region's mapping is closed");
    if (source.kernel !== undefined && source.kernel !== this.#container.kernel) {
      throw new TypeError("map: the memory belongs to another Vfio");
    }
  }

  #unmapRange(flags: number, iova: bigint, size: bigint): bigint {
    const bytes = this.#requests.unmap(flags, { iova, size });
    if ((flags & DmaUnmapFlags.ALL) !== 0) this.forget();
    else this.#forgetRange(iova, size, bytes);
    return bytes;
  }

  /** Drops what the kernel removed: whole mappings, up to as many bytes as it says. */
  #forgetRange(iova: bigint, size: bigint, bytes: bigint): void {
    const exact = this.#mappings.get(iova);
    if (exact !== undefined && exact.size === bytes) {
      this.#drop(exact);
      return;
    }
    const end = iova + size - 1n;
    for (const mapping of this.#mappings.values()) {
      if (bytes === 0n) return;
      if (mapping.iova >= iova && mapping.iova <= end && mapping.size <= bytes) this.#drop(mapping);
    }
  }

  #drop(mapping: DmaMapping): void {
    mapping.gone();
    this.#mappings.delete(mapping.iova);
    this.#iovas.free(mapping.iova, mapping.iova + mapping.size - 1n);
    this.#mapped -= mapping.size;
  }

  #choose(vaddr: bigint, size: bigint, { below }: DmaMapOptions): bigint {
    const limit = below === undefined ? 2n ** 64n : address(below, "below");
    this.#info ??= this.#container.info();
    const { pageSizes, iovaRanges = everything } = this.#info;
    const page = pageSizes & -pageSizes;
    // Large pages are used where IOVA and address agree in their low bits.
    const large = size >= HUGE && vaddr % HUGE === 0n;
    for (const alignment of large ? [HUGE, page] : [page]) {
      const found = this.#iovas.find({ size, alignment, limit }, iovaRanges);
      if (found !== undefined) return found;
    }
    throw new RangeError(`map: no ${size} bytes of IOVA are free below ${hex(limit)}`);
  }

  #facts(iova: bigint, size: bigint) {
    return {
      kernel: this.#container.kernel,
      iova,
      size,
      mapped: this.#mapped,
      mappings: this.#mappings.size,
      hasIommu: this.#container.iommu !== undefined,
      info: () => this.#container.info(),
    };
  }
}

function part(source: DmaSource, { offset = 0, length }: DmaMapOptions) {
  const from = integer(offset, "offset", { max: source.length });
  const most = source.length - from;
  const bytes = integer(length ?? most, "length", { min: 1, max: most });
  return { vaddr: source.address + BigInt(from), size: BigInt(bytes) };
}

function assertMapped(mapping: DmaMapping, method: string): void {
  if (!mapping.mapped) throw new TypeError(`${method}: ${mapping} is not mapped any more`);
}
