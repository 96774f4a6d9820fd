import { DirtyPagesFlags } from "../uapi/flags.js";
import { Vfio } from "../uapi/requests.js";
import * as structs from "../uapi/structs.js";
import { BitmapBuffer } from "./bitmap-buffer.js";
import type { Container } from "./container.js";
import { bitmapBytes, DirtyBitmap } from "./dirty-bitmap.js";
import { address } from "./numbers.js";

/**
 * VFIO_IOMMU_DIRTY_PAGES: which mapped pages devices have written. Physical devices count every
 * page as written; mediated ones those that their driver pinned or wrote.
 */
export class DirtyPages {
  readonly #container: Container;
  readonly #buffer: BitmapBuffer;

  /** @internal Programs use `container.dirtyPages`. */
  constructor(container: Container) {
    this.#container = container;
    this.#buffer = new BitmapBuffer(container.kernel);
  }

  /**
   * Begins to take notes. Idempotent.
   *
   * @throws VfioError EACCES for type1 version 1, EINVAL before `setIommu`
   */
  start(): void {
    this.#send(DirtyPagesFlags.START);
  }

  /** Stops and forgets. Idempotent. */
  stop(): void {
    this.#send(DirtyPagesFlags.STOP);
  }

  /**
   * Pages written since `start` or the last time they were asked for. The range may have holes but
   * must not cut a mapping.
   *
   * @param iova where the range begins, on a page
   * @param size bytes, whole pages; a bitmap of at most 256 MiB: 8 TiB in pages of 4 KiB
   * @throws VfioError EINVAL while no notes are taken, or the range cuts a mapping.
   *   vfio_iommu_type1.c: vfio_iova_dirty_bitmap()
   */
  query(iova: number | bigint, size: number | bigint): DirtyBitmap {
    const pageSize = this.#container.smallestPage();
    const range = { iova: address(iova, "iova"), size: address(size, "size"), pageSize };
    const { bytes, address: data } = this.#buffer.take(bitmapBytes(range.size, pageSize) || 8);
    const bitmap_size = BigInt(bytes.length);
    const get = structs.iommuType1DirtyBitmapGet.encode({
      iova: range.iova,
      size: range.size,
      pgsize: pageSize,
      bitmap_size,
      data,
    });
    this.#send(DirtyPagesFlags.GET_BITMAP, get);
    return new DirtyBitmap({ ...range, bytes: bytes.slice() });
  }

  /** @internal The container is closed. */
  free(): void {
    this.#buffer.free();
  }

  #send(flags: number, data = new Uint8Array(0)): void {
    const { kernel, fd } = this.#container;
    const bytes = structs.iommuType1DirtyBitmap.encode({ flags }, data.length);
    bytes.set(data, structs.iommuType1DirtyBitmap.size);
    kernel.ioctl(fd, Vfio.IOMMU_DIRTY_PAGES, bytes);
  }
}
