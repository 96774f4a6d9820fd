import type { Kernel } from "../kernel.js";
import type { RegionArea, RegionInfo } from "./region-info.js";

/**
 * Where a region may be mapped, in whole pages: all of it, or the areas that the kernel names, and
 * never the pages of the MSI-X table: a program that writes there sets up interrupts behind the
 * kernel's back. Sorted by offset; empty for a region that cannot be mapped.
 */
export function mappableAreas(
  { pageSize }: Pick<Kernel, "pageSize">,
  { mappable, readable, writable, size, sparseAreas }: RegionInfo,
  msixTable: RegionArea | undefined,
): RegionArea[] {
  if (!mappable || !readable || !writable || size === 0) return [];
  const areas = sparseAreas ?? [{ offset: 0, size }];
  if (msixTable === undefined) return areas.filter((area) => area.size > 0);
  const from = Math.floor(msixTable.offset / pageSize) * pageSize;
  const to = Math.ceil((msixTable.offset + msixTable.size) / pageSize) * pageSize;
  return areas.flatMap((area) => without(area, from, to));
}

function without({ offset, size }: RegionArea, from: number, to: number): RegionArea[] {
  const end = offset + size;
  if (to <= offset || from >= end) return [{ offset, size }];
  const before = { offset, size: from - offset };
  const after = { offset: to, size: end - to };
  return [before, after].filter((area) => area.size > 0);
}
