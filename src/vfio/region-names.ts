import { PciRegion } from "../uapi/flags.js";
import type { DeviceApi } from "./device-info.js";

const pciNames = new Map<number, string>(
  Object.entries(PciRegion).map(([name, index]) => [index, name]),
);

/** What people call a region: `BAR0`, `CONFIG`; `region 9` for one without a name. */
export function regionName(api: DeviceApi, index: number): string {
  const name = api === "pci" ? pciNames.get(index) : undefined;
  return name ?? `region ${index}`;
}
