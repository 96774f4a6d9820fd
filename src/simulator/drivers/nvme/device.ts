import type { FunctionSpec } from "../../pci/chip.js";
import { configBytes } from "../../pci/config-bytes.js";
import { NvmeChip } from "./chip.js";
import type { NvmeOptions } from "./options.js";

const rows = {
  0: "36 1b 10 00 00 00 10 00 02 02 08 01 00 00 00 00",
  44: "f4 1a 00 11",
  52: "40",
  61: "01",
  // MSI-X: 65 vectors, table at 0x2000 and pending bits at 0x3000 of BAR 0.
  64: "11 80 40 00 00 20 00 00 00 30 00 00",
  // Power management: D3hot keeps the registers.
  96: "01 00 03 00 08 00 00 00",
  // PCI Express endpoint with function level reset.
  128: "10 60 02 00 00 80 00 10 00 00 00 00 11 04 00 00",
  144: "00 00 11 00",
  164: "00 00 30 00",
};

/** The registers of a physical function with virtual ones: ARI and SR-IOV, 61 vectors. */
const sriovRows = {
  64: "11 80 3c 00 00 20 00 00 00 30 00 00",
  256: "0e 00 01 12 00 01 00 00",
  288: "10 00 01 00 00 00 00 00 10 00 00 00 04 00 04 00",
  304: "00 00 00 00 01 00 01 00 00 00 10 00 53 05 00 00",
  320: "01 00 00 00 04 00 00 00",
};

/** A virtual function: identifiers are its physical function's affair. One vector, ARI, no INTx. */
const virtualRows = {
  ...rows,
  0: "ff ff ff ff 00 00 10 00 02 02 08 01 00 00 00 00",
  64: "11 80 00 00 00 20 00 00 00 30 00 00",
  256: "0e 00 01 00 00 01 00 00",
};

const bars = [{ index: 0, size: 0x4000, space: "memory", wide: true }] as const;

/** QEMU's NVMe controller (1b36:0010) as a PCI function. */
export function nvmeFunction(options: NvmeOptions = {}): FunctionSpec {
  const sriov = (options.virtualFunctions ?? 0) > 0;
  return {
    config: configBytes(0x1000, sriov ? { ...rows, ...sriovRows } : rows),
    bars,
    chip: (bus) => new NvmeChip(bus, options),
    ...(sriov ? { virtualFunction: () => virtualFunction(options) } : {}),
  };
}

function virtualFunction({ serial }: NvmeOptions): FunctionSpec {
  const options = { ...(serial === undefined ? {} : { serial }), offline: true };
  return {
    config: configBytes(0x1000, virtualRows),
    bars,
    chip: (bus) => new NvmeChip(bus, options),
  };
}
