/** Bytes of file positions that each region has: index << 40. */
export const regionSpan = 2 ** 40;

/** Regions before those that belong to particular devices. VFIO_PCI_NUM_REGIONS */
export const regionCount = 9;

/** Which region a position is in, and where in it. VFIO_PCI_OFFSET_TO_INDEX() */
export function regionOf(position: bigint): { index: number; offset: number } {
  return {
    index: Number(BigInt.asUintN(64, position) >> 40n),
    offset: Number(position & (2n ** 40n - 1n)),
  };
}
