/**
 * 64-bit addresses as page number and rest: a Number holds every page number of a 64-bit address
 * space exactly, so no rule needs a BigInt.
 */

/** Pages of the 64-bit address space. */
export const ALL_PAGES = 2 ** 52;

const SHIFT = 12;
const PAGES_PER_HIGH_WORD = 2 ** (32 - SHIFT);

/** The page number of a 64-bit field. */
export function pageOf(view: DataView, at: number): number {
  return view.getUint32(at + 4, true) * PAGES_PER_HIGH_WORD + (view.getUint32(at, true) >>> SHIFT);
}

/** The rest of a 64-bit field below the page. */
export function restOf(view: DataView, at: number): number {
  return view.getUint32(at, true) & 0xfff;
}

/** Whether a 64-bit field is zero. */
export function isZero(view: DataView, at: number): boolean {
  return view.getUint32(at, true) === 0 && view.getUint32(at + 4, true) === 0;
}

/** Writes whole pages as a 64-bit field, modulo 2^64. */
export function writePages(view: DataView, at: number, pages: number): void {
  const wrapped = pages % ALL_PAGES;
  view.setUint32(at, ((wrapped % PAGES_PER_HIGH_WORD) << SHIFT) >>> 0, true);
  view.setUint32(at + 4, Math.floor(wrapped / PAGES_PER_HIGH_WORD), true);
}

/** Whether the last byte of a range, `start + size - 1`, lies beyond 2^64. Size is not 0. */
export function wraps(view: DataView, startAt: number, sizeAt: number): boolean {
  const pages = pageOf(view, startAt) + pageOf(view, sizeAt);
  const rest = restOf(view, startAt) + restOf(view, sizeAt) - 1;
  return pages + Math.floor(rest / 4096) >= ALL_PAGES;
}

/** Whether the end of a range, `start + size`, is 2^64 or beyond. */
export function endWraps(view: DataView, startAt: number, sizeAt: number): boolean {
  const pages = pageOf(view, startAt) + pageOf(view, sizeAt);
  const rest = restOf(view, startAt) + restOf(view, sizeAt);
  return pages + Math.floor(rest / 4096) >= ALL_PAGES;
}

/** Whether a 64-bit field is a multiple of a page size, given in pages of 4 KiB. */
export function isAligned(view: DataView, at: number, pages: number): boolean {
  return restOf(view, at) === 0 && pageOf(view, at) % pages === 0;
}
