import type { FunctionSpec, PciChip } from "../../src/simulator/pci/chip.js";
import { configBytes } from "../../src/simulator/pci/config-bytes.js";

/** One bus cycle that reached the device: `r4 0x10`, `w8 0x20 = 0x5`. */
export type Cycle = string;

/**
 * A PCI function that notes every access: BAR 0 of 16 KiB with an MSI-X table of three vectors at
 * 0x2000 and its pending bits at 0x3000, BAR 2 of 4 KiB, BAR 4 of 256 bytes of I/O ports. Each
 * reads what was written.
 */
export function recorder(): { function: FunctionSpec; cycles: Cycle[] } {
  const cycles: Cycle[] = [];
  const chip = (): PciChip => new RecordingChip(cycles);
  const config = configBytes(0x100, {
    0: "01 ca fe ca 00 00 10 00 02 00 80 08 00 00 00 00",
    44: "01 ca 01 00",
    52: "40",
    61: "01",
    64: "11 50 02 00 00 20 00 00 00 30 00 00",
    80: "09 00 08 aa bb cc dd ee",
  });
  const bars = [
    { index: 0, size: 0x4000, space: "memory", wide: true },
    { index: 2, size: 0x1000, space: "memory" },
    { index: 4, size: 0x100, space: "io" },
  ] as const;
  return { function: { config, bars, chip }, cycles };
}

class RecordingChip implements PciChip {
  readonly #bytes = new Map<number, DataView>();

  constructor(readonly cycles: Cycle[]) {}

  read(bar: number, offset: number, width: 1 | 2 | 4): number {
    this.cycles.push(`r${width} ${hex(offset)}`);
    const view = this.#view(bar);
    if (width === 1) return view.getUint8(offset);
    return width === 2 ? view.getUint16(offset, true) : view.getUint32(offset, true);
  }

  write(bar: number, offset: number, width: 1 | 2 | 4, value: number): void {
    this.cycles.push(`w${width} ${hex(offset)} = ${hex(value)}`);
    const view = this.#view(bar);
    if (width === 1) view.setUint8(offset, value);
    else if (width === 2) view.setUint16(offset, value, true);
    else view.setUint32(offset, value, true);
  }

  read64(bar: number, offset: number): bigint {
    this.cycles.push(`r8 ${hex(offset)}`);
    return this.#view(bar).getBigUint64(offset, true);
  }

  write64(bar: number, offset: number, value: bigint): void {
    this.cycles.push(`w8 ${hex(offset)} = ${hex(value)}`);
    this.#view(bar).setBigUint64(offset, value, true);
  }

  #view(bar: number): DataView {
    const there = this.#bytes.get(bar) ?? new DataView(new ArrayBuffer(0x4000));
    this.#bytes.set(bar, there);
    return there;
  }
}

function hex(value: number | bigint): string {
  return `0x${value.toString(16)}`;
}
