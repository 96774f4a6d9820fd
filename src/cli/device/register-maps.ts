import type { RegisterMap } from "../../registers/index.js";
import { PciRegion } from "../../uapi/flags.js";
import { pciHeader } from "../../vfio/pci-header.js";
import type { Region } from "../../vfio/region.js";

/** A register map that belongs to a region of a device we know. */
export interface KnownMap {
  /** What the device is called. */
  readonly device: string;
  readonly registers: RegisterMap;
  /** Registers whose reading changes something. */
  readonly effects: readonly string[];
}

interface KnownDevice {
  readonly id: string;
  readonly regions: readonly number[];
  load(): Promise<KnownMap>;
}

const known: readonly KnownDevice[] = [
  {
    id: "1234:11e8",
    regions: [0],
    load: async () => {
      const { eduRegisters } = await import("../../simulator/drivers/edu/registers.js");
      return { device: "edu", registers: eduRegisters, effects: [] };
    },
  },
  {
    id: "1234:1111",
    regions: [2],
    load: async () => {
      const { mbochsRegisters } = await import("../../simulator/drivers/mbochs/registers.js");
      return { device: "mbochs", registers: mbochsRegisters, effects: [] };
    },
  },
  {
    id: "4348:3253",
    regions: [0, 1],
    load: async () => {
      const { mttyRegisters } = await import("../../simulator/drivers/mtty/registers.js");
      return { device: "mtty", registers: mttyRegisters, effects: ["data"] };
    },
  },
];

/** The register map of a region, where we know the device by its PCI ids, or the region. */
export async function knownMap({ device, info }: Region): Promise<KnownMap | undefined> {
  if (device.api !== "pci") return undefined;
  if (info.index === PciRegion.CONFIG) {
    return { device: "configuration space", registers: pciHeader, effects: [] };
  }
  const candidates = known.filter(({ regions }) => regions.includes(info.index));
  if (candidates.length === 0) return undefined;
  const hex4 = (value: number) => value.toString(16).padStart(4, "0");
  const id = `${hex4(device.config.vendorId)}:${hex4(device.config.deviceId)}`;
  return candidates.find((candidate) => candidate.id === id)?.load();
}
