import type { FunctionSpec } from "../chip.js";
import { silentChip } from "../chip.js";
import { configBytes } from "../config-bytes.js";

/** QEMU's pcie-root-port (1b36:000c) as a kernel with an IOMMU leaves it: AER and ACS are on. */
const config = configBytes(0x1000, {
  0: "36 1b 0c 00 07 05 10 00 00 00 04 06 00 00 01 00",
  52: "54",
  61: "01 02 00",
  64: "0d 00 00 00 36 1b 00 00 11 40 00 80 00 00 00 00",
  80: "00 08 00 00 10 48 42 01 00 80 00 00 0f 00 00 00",
  96: "04 06 30 00 00 00 11 00 7b 00 02 00 c0 01 00 00",
  112: "00 00 00 00 00 00 00 00 20 00 30 00 00 00 00 00",
  128: "1e 00 00 00 04 00 00 00 00 00 00 00 00 00 00 00",
  256: "01 00 82 14 00 00 00 00 00 00 00 00 30 20 46 00",
  272: "00 00 00 00 00 e0 00 00 a0 02 00 00 00 00 00 00",
  288: "00 00 00 00 00 00 00 00 00 00 00 00 07 00 00 00",
  328: "0d 00 01 00 5f 00 1d 00",
});

/** A root port: PCI Express, isolating, with a page of registers. */
export function rootPort(): FunctionSpec {
  return {
    config,
    bars: [{ index: 0, size: 0x1000, space: "memory" }],
    chip: () => silentChip,
  };
}
