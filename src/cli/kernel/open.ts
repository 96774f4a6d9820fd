import { isVfioError, type VfioError } from "../../errors.js";
import { simulatedInstead } from "../../hints/open-container.js";
import type { Kernel } from "../../kernel.js";
import type { KernelChoice } from "./choice.js";

/** How the machine is to be when it is a simulated one. */
export interface OpenKernelOptions {
  /** Exactly as it comes up, instead of with something to look at. */
  fresh: boolean;
  /** This machine will do without VFIO: sysfs is all that is asked for. */
  looks: boolean;
}

/**
 * Opens the kernel that was chosen.
 *
 * @throws VfioError ENOENT where this machine has no VFIO, with a hint that names the other choice
 */
export async function openKernel(
  choice: KernelChoice,
  options: OpenKernelOptions,
): Promise<Kernel> {
  if (choice.kind === "simulated") {
    const { simulatedKernel } = await import("./simulated.js");
    return simulatedKernel(choice.profile, options);
  }
  const [{ hostKernel }, { gated }] = await Promise.all([
    import("../../vfio/host-kernel.js"),
    import("../../gate/index.js"),
  ]);
  const kernel = hostKernel({ withoutVfio: options.looks });
  if (isVfioError(kernel)) throw forCommands(kernel);
  return gated(kernel as Kernel);
}

/** The library's advice, in the words of the command line. */
function forCommands(error: VfioError): VfioError {
  const instead = "On a simulated kernel instead: --kernel simulated, or VFIO_KERNEL=simulated.";
  return error.with({ hint: error.hint?.replace(simulatedInstead, instead) });
}
