/** The host's kernel. Importing this loads no native code; making a `LinuxKernel` does. */

export { LinuxKernel } from "./kernel.js";
