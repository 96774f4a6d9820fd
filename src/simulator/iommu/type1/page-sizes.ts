import { EVERY_PAGE_SIZE, type Type1 } from "./type1.js";

const SMALLEST = 0x1000n;

/**
 * Page sizes that all domains have; those below a page count as a page.
 *
 * vfio_update_pgsize_bitmap()
 */
export function updatePageSizes(type1: Type1): void {
  let sizes = 0xffff_ffff_ffff_ffffn;
  for (const domain of type1.domains) sizes &= domain.pageSizes;
  if ((sizes & ~EVERY_PAGE_SIZE) !== 0n) sizes = (sizes & EVERY_PAGE_SIZE) | SMALLEST;
  type1.pageSizes = sizes;
  type1.granule = Number((sizes & -sizes) >> 12n);
}
