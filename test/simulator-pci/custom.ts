import type { FunctionSpec, PciChip } from "../../src/simulator/pci/chip.js";
import { configBytes } from "../../src/simulator/pci/config-bytes.js";
import type { PciPlug } from "../../src/simulator/pci/index.js";

/** A chip of plain memory: what is written is read again. */
export function ramChip(): PciChip & { resets: number } {
  const bytes = new Uint8Array(0x10000);
  const view = new DataView(bytes.buffer);
  return {
    resets: 0,
    read: (_bar, offset, width) =>
      width === 4
        ? view.getUint32(offset, true)
        : width === 2
          ? view.getUint16(offset, true)
          : view.getUint8(offset),
    write: (_bar, offset, width, value) => {
      if (width === 4) view.setUint32(offset, value, true);
      else if (width === 2) view.setUint16(offset, value, true);
      else view.setUint8(offset, value);
    },
    read64: (_bar, offset) => view.getBigUint64(offset, true),
    write64: (_bar, offset, value) => view.setBigUint64(offset, value, true),
    reset() {
      this.resets += 1;
    },
  };
}

/** What a function of ours is made of. */
export interface CustomOptions extends Partial<Omit<FunctionSpec, "config" | "chip">> {
  rows?: Record<number, string>;
  size?: number;
  chip?: PciChip;
  address?: string;
}

/** A function with these registers, a page of memory behind BAR 0 and INTA#. */
export function custom({
  rows = {},
  size = 0x100,
  chip,
  address,
  ...spec
}: CustomOptions): PciPlug {
  const config = configBytes(size, { 0: "34 12 01 00", 10: "ff 00", 61: "01", ...rows });
  const made = chip ?? ramChip();
  return {
    model: "custom",
    address: address ?? "0000:00:08.0",
    function: {
      bars: [{ index: 0, size: 0x1000, space: "memory" }],
      ...spec,
      config,
      chip: () => made,
    },
  };
}

/** Header rows of a function with capabilities from 0x40 on. */
export const withCapabilities = { 6: "10 00", 52: "40" };
