/** The gate that stands before every kernel. */

export { GatedKernel, gated } from "./gated-kernel.js";
