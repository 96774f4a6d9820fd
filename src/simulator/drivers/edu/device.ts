import type { FunctionSpec } from "../../pci/chip.js";
import { configBytes } from "../../pci/config-bytes.js";
import { EduChip, type EduOptions } from "./chip.js";

/** The registers as the device has them after power-on: 1234:11e8, MSI with one 64-bit vector. */
const config = configBytes(0x100, {
  0: "34 12 e8 11 00 00 10 00 10 00 ff 00 00 00 00 00",
  44: "f4 1a 00 11",
  52: "40",
  61: "01",
  64: "05 00 80 00",
});

/** The edu device as a PCI function. */
export function eduFunction(options: EduOptions = {}): FunctionSpec {
  return {
    config,
    bars: [{ index: 0, size: 0x10_0000, space: "memory" }],
    chip: (bus) => new EduChip(bus, options),
  };
}
