import type { FunctionSpec } from "../chip.js";
import { silentChip } from "../chip.js";
import { configBytes } from "../config-bytes.js";

/** QEMU's pcie-pci-bridge (1b36:000e): conventional PCI behind PCI Express. */
const config = configBytes(0x1000, {
  0: "36 1b 0e 00 07 01 b0 00 00 00 04 06 00 00 01 00",
  30: "a0 00",
  52: "8c",
  61: "01 02 00",
  64: "0c 00 27 00 0f 0d 00 7f 10 40 72 00 00 80 00 00",
  80: "0f 00 00 00 11 04 00 00 00 00 11 00 00 00 00 00",
  96: "00 00 00 00 00 00 00 00 00 00 00 00 20 00 30 00",
  128: "00 00 00 00 01 48 03 00 00 00 00 00 05 84 80 01",
  256: "01 00 02 00 00 00 00 00 00 00 00 00 30 20 46 00",
  272: "00 00 00 00 00 e0 00 00 a0 00 00 00 00 00 00 00",
});

/** A bridge to conventional PCI: what is behind it cannot be told apart by an IOMMU. */
export function pciePciBridge(): FunctionSpec {
  return {
    config,
    bars: [{ index: 0, size: 0x100, space: "memory", wide: true }],
    chip: () => silentChip,
  };
}
