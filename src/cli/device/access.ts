import type { Region } from "../../vfio/region.js";
import type { AccessWidth } from "../parameter/register.js";

/** One read of so many bytes. */
export function readWidth(region: Region, offset: number, width: AccessWidth): number | bigint {
  switch (width) {
    case 1:
      return region.read8(offset);
    case 2:
      return region.read16(offset);
    case 4:
      return region.read32(offset);
    case 8:
      return region.read64(offset);
  }
}

/** One write of so many bytes. The value fits. */
export function writeWidth(
  region: Region,
  { offset, width }: { offset: number; width: AccessWidth },
  value: bigint,
): void {
  if (width === 8) region.write64(offset, value);
  else if (width === 4) region.write32(offset, Number(value));
  else if (width === 2) region.write16(offset, Number(value));
  else region.write8(offset, Number(value));
}
