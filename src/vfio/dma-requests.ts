import type { Memory } from "../kernel.js";
import { viewOf } from "../uapi/codec.js";
import { DmaUnmapFlags } from "../uapi/flags.js";
import { Vfio } from "../uapi/requests.js";
import * as structs from "../uapi/structs.js";
import type { Container } from "./container.js";
import { bitmapBytes } from "./dirty-bitmap.js";
import type { IovaRange } from "./iommu-info.js";

const MAP = structs.iommuType1DmaMap.fields;
const UNMAP = structs.iommuType1DmaUnmap.fields;

/** A range in bytes. */
export interface DmaRange {
  readonly iova: bigint;
  readonly size: bigint;
}

/** MAP_DMA and UNMAP_DMA of one container; a hot path, so arguments are encoded in place. */
export class DmaRequests {
  readonly #container: Container;
  readonly #map = structs.iommuType1DmaMap.encode({});
  readonly #mapView = viewOf(this.#map);
  readonly #unmap = structs.iommuType1DmaUnmap.encode({});
  readonly #unmapView = viewOf(this.#unmap);

  constructor(container: Container) {
    this.#container = container;
  }

  map(flags: number, vaddr: bigint, { iova, size }: DmaRange): void {
    const { kernel, fd } = this.#container;
    const view = this.#mapView;
    MAP.argsz.set(view, structs.iommuType1DmaMap.size);
    MAP.flags.set(view, flags);
    MAP.vaddr.set(view, vaddr);
    MAP.iova.set(view, iova);
    MAP.size.set(view, size);
    kernel.ioctl(fd, Vfio.IOMMU_MAP_DMA, this.#map);
  }

  /** @returns how many bytes the kernel says it was about */
  unmap(flags: number, { iova, size }: DmaRange): bigint {
    const { kernel, fd } = this.#container;
    const view = this.#unmapView;
    UNMAP.argsz.set(view, structs.iommuType1DmaUnmap.size);
    UNMAP.flags.set(view, flags);
    UNMAP.iova.set(view, iova);
    UNMAP.size.set(view, size);
    kernel.ioctl(fd, Vfio.IOMMU_UNMAP_DMA, this.#unmap);
    return UNMAP.size.get(view);
  }

  /** The same, with the bitmap of what was written. */
  unmapDirty(range: DmaRange, pageSize: bigint): { unmapped: bigint; bitmap: Uint8Array } {
    const { kernel, fd } = this.#container;
    const length = bitmapBytes(range.size, pageSize);
    const memory: Memory = kernel.allocate(length || 8);
    try {
      const flags = DmaUnmapFlags.GET_DIRTY_BITMAP;
      const argument = structs.iommuType1DmaUnmap.encode({ flags, ...range }, structs.bitmap.size);
      const bitmap = { pgsize: pageSize, size: BigInt(length), data: memory.address };
      argument.set(structs.bitmap.encode(bitmap), structs.iommuType1DmaUnmap.size);
      kernel.ioctl(fd, Vfio.IOMMU_UNMAP_DMA, argument);
      const { size: unmapped } = structs.iommuType1DmaUnmap.decode(argument);
      return { unmapped, bitmap: memory.bytes.slice(0, length) };
    } finally {
      memory.free();
    }
  }
}

/** All there is, where the kernel knows no ranges. */
export const everything: readonly IovaRange[] = [{ start: 0n, end: 2n ** 64n - 1n }];
