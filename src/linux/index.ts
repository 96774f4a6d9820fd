/** The host's kernel. Importing this loads no native code; making a `LinuxKernel` does. */

export { Batch } from "./batch.js";
export { LinuxKernel } from "./kernel.js";
export type { LinuxMapping } from "./mapping-access.js";
