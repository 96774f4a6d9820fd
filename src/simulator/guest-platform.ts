/**
 * The functions of QEMU's q35 machine that the guest has besides the devices of interest: they take
 * part in IOMMU groups and lists, and nobody looks behind their registers.
 */

import { type BarSpec, silentChip } from "./pci/chip.js";
import { configBytes } from "./pci/config-bytes.js";
import type { PciPlug } from "./pci/placement.js";

type Rows = Readonly<Record<number, string>>;

interface Platform {
  readonly irq?: number;
  readonly rows: Rows;
  readonly bars?: readonly (BarSpec & { readonly at: number })[];
}

const hostBridge: Platform = {
  rows: {
    0: "86 80 c0 29 03 01 00 00 00 00 00 06 00 00 00 00",
    44: "f4 1a 00 11",
    80: "10",
    96: "01 00 00 b0",
    144: "10 11 11 11 11 11 33 00 00 00 00 00 00 0a 38",
  },
};

const lpc: Platform = {
  rows: {
    0: "86 80 18 29 03 01 00 00 02 00 01 06 00 00 80 00",
    44: "f4 1a 00 11",
    64: "01 06 00 00 80",
    96: "8a 8a 8b 8b 00 00 00 00 8a 8a 8b 8b",
    130: "03",
    160: "10",
    240: "01 c0 d1 fe",
  },
};

const ahci: Platform = {
  irq: 10,
  rows: {
    0: "86 80 22 29 07 01 10 00 02 01 06 01 00 00 80 00",
    44: "f4 1a 00 11",
    52: "80",
    61: "01",
    128: "05 a8 80 00",
    144: "40",
    168: "12 00 10 00 48",
  },
  bars: [
    { index: 4, size: 0x20, space: "io", at: 0xd0a0 },
    { index: 5, size: 0x1000, space: "memory", at: 0xfe106000 },
  ],
};

const smbus: Platform = {
  irq: 10,
  rows: {
    0: "86 80 30 29 03 01 00 00 02 00 05 0c 00 00 80 00",
    44: "f4 1a 00 11",
    61: "01",
    64: "01",
  },
  bars: [{ index: 4, size: 0x40, space: "io", at: 0x700 }],
};

/** Both virtio functions have the same capabilities. */
const virtioRows: Rows = {
  52: "98",
  61: "01",
  64: "09 00 10 01 04 00 00 00 00 00 00 00 00 10 00 00",
  80: "09 40 10 03 04 00 00 00 00 10 00 00 00 10 00 00",
  96: "09 50 10 04 04 00 00 00 00 20 00 00 00 10 00 00",
  112: "09 60 14 02 04 00 00 00 00 30 00 00 00 10 00 00",
  128: "04 00 00 00 09 70 14 05",
  152: "11 84 01 00 01 00 00 00 01 08 00 00",
};

const virtio9p: Platform = {
  irq: 11,
  rows: {
    0: "f4 1a 09 10 03 01 10 00 00 00 02 00 00 00 00 00",
    44: "f4 1a 09 00",
    ...virtioRows,
  },
  bars: [
    { index: 0, size: 0x20, space: "io", at: 0xd080 },
    { index: 1, size: 0x1000, space: "memory", at: 0xfe104000 },
    { index: 4, size: 0x4000, space: "memory", wide: true, prefetchable: true, at: 0xfea00000 },
  ],
};

const virtioSerial: Platform = {
  irq: 11,
  rows: {
    0: "f4 1a 03 10 03 01 10 00 00 00 80 07 00 00 00 00",
    44: "f4 1a 03 00",
    ...virtioRows,
  },
  bars: [
    { index: 0, size: 0x40, space: "io", at: 0xd000 },
    { index: 1, size: 0x1000, space: "memory", at: 0xfe105000 },
    { index: 4, size: 0x4000, space: "memory", wide: true, prefetchable: true, at: 0xfea04000 },
  ],
};

/** All of them, where they are. */
export const guestPlatform: readonly PciPlug[] = [
  plug("0000:00:00.0", hostBridge),
  plug("0000:00:06.0", virtio9p),
  plug("0000:00:07.0", virtioSerial),
  plug("0000:00:1f.0", lpc),
  plug("0000:00:1f.2", ahci),
  plug("0000:00:1f.3", smbus),
];

function plug(address: string, { rows, bars = [], irq = 0 }: Platform): PciPlug {
  const command = rows[0]!.split(" ").slice(4, 6).join(" ");
  return {
    model: "custom",
    address,
    irq,
    registers: { 4: command },
    resources: Object.fromEntries(bars.map(({ index, at }) => [index, at])),
    function: { config: configBytes(0x100, rows), bars, chip: () => silentChip },
  };
}
