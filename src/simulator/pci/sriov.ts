import type { Bar } from "./bar.js";

/** struct pci_sriov: a physical function's virtual functions. */
export interface Sriov {
  /** BARs of the virtual functions; each function has its share of the whole. */
  readonly bars: readonly Bar[];
  readonly totalFunctions: number;
  /** Those that are switched on. */
  readonly functions: number;
}
