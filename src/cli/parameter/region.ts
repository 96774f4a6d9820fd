import { isVfioError } from "../../errors.js";
import { PciRegion } from "../../uapi/flags.js";
import type { Device } from "../../vfio/device.js";
import type { Region } from "../../vfio/region.js";
import { UsageError } from "../usage-error.js";

const indices = new Map<string, number>(
  Object.entries(PciRegion).map(([name, index]) => [name.toLowerCase(), index]),
);

/**
 * The region that a REGION parameter means: `bar0`, `config`, `rom`, or a number.
 *
 * @throws UsageError for a text that names none, Error for one that the device does not have
 */
export function regionParameter(device: Device, text: string): Region {
  const index = regionIndex(text);
  const region = regionOrUndefined(device, index);
  if (region !== undefined && region.size > 0) return region;
  const present = device.regions().map(({ name }) => name.toLowerCase());
  throw new Error(`${device.name} has no region ${text}. It has: ${present.join(", ")}`);
}

/** A region's number by name. @throws UsageError */
export function regionIndex(text: string): number {
  const index = indices.get(text.toLowerCase()) ?? (/^\d{1,6}$/.test(text) ? Number(text) : -1);
  if (index >= 0) return index;
  const names = "bar0 to bar5, rom, config, vga or a number";
  throw new UsageError(`region: '${text}' is not one of ${names}`);
}

function regionOrUndefined(device: Device, index: number): Region | undefined {
  try {
    return device.region(index);
  } catch (error) {
    if (isVfioError(error, "EINVAL")) return undefined;
    throw error;
  }
}
