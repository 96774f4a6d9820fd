/** Bytes of a page of the simulated machine. */
export const PAGE_SIZE = 4096;

/** Rounds up to whole pages. */
export function pageAlign(length: number): number {
  return Math.ceil(length / PAGE_SIZE) * PAGE_SIZE;
}
