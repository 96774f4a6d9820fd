import { existsSync } from "node:fs";
import { Errno } from "../errno.js";
import { VfioError } from "../errors.js";
import { noVfioHint, simulatedInstead } from "../hints/open-container.js";
import type { Kernel } from "../kernel.js";
import { LinuxKernel } from "../linux/index.js";

const NODE = "/dev/vfio/vfio";

/**
 * This machine's kernel, or the error that says why there is none to use. For sysfs alone it may be
 * one without VFIO.
 */
export function hostKernel({ withoutVfio = false } = {}): Kernel | VfioError {
  if (process.platform !== "linux") {
    return missing(NODE, `VFIO is Linux's; this is ${process.platform}. ${simulatedInstead}`);
  }
  if (!withoutVfio && !existsSync(NODE)) return missing(NODE, noVfioHint);
  try {
    return new LinuxKernel();
  } catch (error) {
    if (error instanceof VfioError) return error;
    return missing("node_vfio.node", error instanceof Error ? error.message : String(error));
  }
}

function missing(path: string, hint: string): VfioError {
  return new VfioError({ errno: Errno.ENOENT, syscall: "open", path, hint });
}
