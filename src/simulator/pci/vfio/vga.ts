import { Errno } from "../../../errno.js";
import type { Result } from "../../core/result.js";
import type { VfioPciDevice } from "./device.js";

/** The VGA region: legacy memory and ports by their own addresses, below 768 KiB. */
export const legacyVgaSize = 0xc0000;

/** First and last address of what is there: memory, and two ranges of ports. */
const windows = [
  [0xa0000, 0xbffff],
  [0x3b0, 0x3bb],
  [0x3c0, 0x3df],
] as const;

// drivers/vfio/pci/vfio_pci_core.c: vfio_pci_is_vga()
export function hasVga({ pci, profile }: VfioPciDevice): boolean {
  return profile.pciVga && pci.classCode >>> 8 === 0x0300;
}

/**
 * Reads or writes legacy addresses. No model of ours answers there: what is read is ones (`fill`),
 * what is written is lost.
 */
// drivers/vfio/pci/vfio_pci_rdwr.c: vfio_pci_vga_rw()
export function accessVga(
  device: VfioPciDevice,
  offset: number,
  bytes: Uint8Array,
  fill: number | undefined,
): Result {
  const window = windows.find(([first, last]) => offset >= first && offset <= last);
  if (!hasVga(device) || window === undefined) return -Errno.EINVAL;
  const count = Math.min(bytes.length, window[1] + 1 - offset);
  if (fill !== undefined) bytes.fill(fill, 0, count);
  return count;
}
