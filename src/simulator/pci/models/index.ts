import type { EduOptions } from "../../drivers/edu/chip.js";
import { eduFunction } from "../../drivers/edu/device.js";
import { nvmeFunction } from "../../drivers/nvme/device.js";
import type { NvmeOptions } from "../../drivers/nvme/options.js";
import type { FunctionSpec } from "../chip.js";
import { pciePciBridge } from "./pcie-pci-bridge.js";
import { rootPort } from "./root-port.js";

/** Models of PCI functions by name, with their options. */
export type PciModel =
  | ({ readonly model: "edu" } & EduOptions)
  | ({ readonly model: "nvme" } & NvmeOptions)
  | { readonly model: "pcie-root-port" }
  | { readonly model: "pcie-pci-bridge" }
  | CustomModel;

/** A function of your own: its configuration space, its BARs, its chip. */
export interface CustomModel {
  readonly model: "custom";
  readonly function: FunctionSpec;
}

/**
 * What a model's function is made of.
 *
 * @throws RangeError for a model that there is not
 */
export function functionOf(plug: PciModel): FunctionSpec {
  switch (plug.model) {
    case "edu":
      return eduFunction(plug);
    case "nvme":
      return nvmeFunction(plug);
    case "pcie-root-port":
      return rootPort();
    case "pcie-pci-bridge":
      return pciePciBridge();
    case "custom":
      return plug.function;
    default:
      throw new RangeError(`there is no PCI model "${(plug as { model: unknown }).model}"`);
  }
}
