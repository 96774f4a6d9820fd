import type { EduOptions } from "../drivers/edu/chip.js";
import { eduFunction } from "../drivers/edu/device.js";
import type { FunctionSpec } from "./chip.js";

/** Models of PCI functions by name, with their options. */
export type PciModel = ({ readonly model: "edu" } & EduOptions) | CustomModel;

/** A function of your own: its configuration space, its BARs, its chip. */
export interface CustomModel {
  readonly model: "custom";
  readonly function: FunctionSpec;
}

/** What a model's function is made of. */
export function functionOf(plug: PciModel): FunctionSpec {
  switch (plug.model) {
    case "edu":
      return eduFunction(plug);
    case "custom":
      return plug.function;
  }
}
