import { PciBar, PciConfig, PciHeaderType } from "../uapi/pci-regs.js";
import type { PciReader } from "./pci-reader.js";

/** A base address register as configuration space has it; the region knows its size. */
export interface PciBarValue {
  /** Region index: `pci.BAR0` is 0. */
  readonly index: number;
  readonly space: "memory" | "io";
  /** Address bits: 64 takes the next BAR too. */
  readonly bits: 32 | 64;
  readonly prefetchable: boolean;
  /** What the guest's firmware or a program wrote there; the device is elsewhere. */
  readonly address: bigint;
}

/** The BARs of a function (PCI 3.0, 6.2.5.1); those that read 0 are left out. */
export function pciBars(config: PciReader): PciBarValue[] {
  const layout = config.read8(PciConfig.HEADER_TYPE) & PciHeaderType.MASK;
  const count = layout === PciHeaderType.NORMAL ? 6 : layout === PciHeaderType.BRIDGE ? 2 : 0;
  const bars: PciBarValue[] = [];
  for (let index = 0; index < count; index++) {
    const bar = pciBar(config, index, count);
    if (bar === undefined) continue;
    bars.push(bar);
    if (bar.bits === 64) index += 1;
  }
  return bars;
}

function pciBar(config: PciReader, index: number, count: number): PciBarValue | undefined {
  const low = config.read32(PciConfig.BAR0 + 4 * index);
  if (low === 0) return undefined;
  if ((low & PciBar.SPACE_IO) !== 0) {
    const address = BigInt((low & PciBar.IO_MASK) >>> 0);
    return { index, space: "io", bits: 32, prefetchable: false, address };
  }
  const wide = (low & PciBar.TYPE_MASK) === PciBar.TYPE_64 && index + 1 < count;
  const high = wide ? config.read32(PciConfig.BAR0 + 4 * (index + 1)) : 0;
  return {
    index,
    space: "memory",
    bits: wide ? 64 : 32,
    prefetchable: (low & PciBar.PREFETCH) !== 0,
    address: (BigInt(high) << 32n) | BigInt((low & PciBar.MEMORY_MASK) >>> 0),
  };
}
