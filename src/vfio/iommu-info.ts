import type { Fd, Kernel } from "../kernel.js";
import { capabilities } from "../uapi/capabilities.js";
import { IommuCap } from "../uapi/flags.js";
import { Vfio } from "../uapi/requests.js";
import * as structs from "../uapi/structs.js";
import { query } from "./query.js";

/** A range of I/O virtual addresses. Both ends belong to it. */
export interface IovaRange {
  readonly start: bigint;
  readonly end: bigint;
}

/** What the container's IOMMU can do: VFIO_IOMMU_GET_INFO with all its capabilities. */
export interface IommuInfo {
  /** Bit mask of the page sizes in bytes that can be mapped. */
  readonly pageSizes: bigint;
  /** What can be mapped. Undefined: no limit is known (mediated devices only). */
  readonly iovaRanges: readonly IovaRange[] | undefined;
  /** Dirty page tracking; undefined where the kernel has none. */
  readonly dirtyTracking: DirtyTrackingInfo | undefined;
  /** How many more mappings this container may have. */
  readonly mappingsAvailable: number | undefined;
}

/** Which dirty bitmaps the kernel can give. */
export interface DirtyTrackingInfo {
  /** Bit mask of the page sizes in bytes that a bitmap may be in. */
  readonly pageSizes: bigint;
  /** Most bytes of one bitmap. */
  readonly maxBitmapSize: bigint;
}

/** Asks a container with an IOMMU. vfio_iommu_type1.c: vfio_iommu_type1_get_info() */
export function iommuInfo(kernel: Kernel, fd: Fd): IommuInfo {
  const { values, bytes } = query({
    kernel,
    fd,
    request: Vfio.IOMMU_GET_INFO,
    layout: structs.iommuType1Info,
    room: 256,
  });
  let iovaRanges: IovaRange[] | undefined;
  let dirtyTracking: DirtyTrackingInfo | undefined;
  let mappingsAvailable: number | undefined;
  for (const capability of capabilities(bytes, values.cap_offset)) {
    if (capability.id === IommuCap.IOVA_RANGE) iovaRanges = decodeRanges(capability.bytes);
    if (capability.id === IommuCap.MIGRATION) {
      const cap = structs.iommuType1InfoCapMigration.decode(capability.bytes);
      dirtyTracking = { pageSizes: cap.pgsize_bitmap, maxBitmapSize: cap.max_dirty_bitmap_size };
    }
    if (capability.id === IommuCap.DMA_AVAIL) {
      mappingsAvailable = structs.iommuType1InfoDmaAvail.decode(capability.bytes).avail;
    }
  }
  return { pageSizes: values.iova_pgsizes, iovaRanges, dirtyTracking, mappingsAvailable };
}

function decodeRanges(bytes: Uint8Array): IovaRange[] {
  const { nr_iovas } = structs.iommuType1InfoCapIovaRange.decode(bytes);
  const { size: header } = structs.iommuType1InfoCapIovaRange;
  const { size } = structs.iovaRange;
  const there = Math.min(nr_iovas, Math.floor((bytes.length - header) / size));
  return Array.from({ length: there }, (_, index) =>
    structs.iovaRange.decode(bytes.subarray(header + index * size)),
  );
}
