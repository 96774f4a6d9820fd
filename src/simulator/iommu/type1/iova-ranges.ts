import type { ReservedRegion } from "../iommu-group.js";
import { ALL_PAGES } from "./page-number.js";

/** IOVAs that may be mapped (struct vfio_iova): inclusive bytes, and the whole pages in them. */
export interface IovaRange {
  readonly start: bigint;
  readonly end: bigint;
  readonly firstPage: number;
  /** One more than the last page that is wholly inside. */
  readonly endPage: number;
}

/** The last byte of the 64-bit space. */
export const LAST_IOVA = 0xffff_ffff_ffff_ffffn;

export function iovaRange(start: bigint, end: bigint): IovaRange {
  const firstPage = Number((start + 0xfffn) >> 12n);
  const endPage = end === LAST_IOVA ? ALL_PAGES : Number((end + 1n) >> 12n);
  return { start, end, firstPage, endPage };
}

/** vfio_iommu_aper_resize(): cuts a list to an aperture; an empty list becomes the aperture. */
export function cutToAperture(ranges: readonly IovaRange[], end: bigint): IovaRange[] {
  if (ranges.length === 0) return [iovaRange(0n, end)];
  return ranges
    .filter((range) => range.start < end)
    .map((range) => (range.end > end ? iovaRange(range.start, end) : range));
}

/** vfio_iommu_resv_exclude(): takes reserved regions out. */
export function excludeReserved(
  ranges: readonly IovaRange[],
  reserved: readonly ReservedRegion[],
): IovaRange[] {
  let left = [...ranges];
  for (const region of reserved) {
    if (region.type === "direct-relaxable") continue;
    left = left.flatMap((range) => {
      if (region.start > range.end || region.end < range.start) return [range];
      const below = region.start > range.start ? [iovaRange(range.start, region.start - 1n)] : [];
      const above = region.end < range.end ? [iovaRange(region.end + 1n, range.end)] : [];
      return [...below, ...above];
    });
  }
  return left;
}
