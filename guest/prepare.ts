import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { openApt } from "./apt.js";
import { prepareBuiltKernel } from "./built-kernel.js";
import { createAtomically, type Log, withCacheLock } from "./cache.js";
import { requireTools } from "./host-tools.js";
import { type KernelName, type KernelRecipe, kernelRecipe } from "./kernels.js";
import { kernelDirectory, type PreparedKernel, readPrepared } from "./prepared-kernel.js";
import { GuestSetupError } from "./setup-error.js";
import { prepareStockKernel } from "./stock-kernel.js";

/** What `prepareGuest` is asked for. */
export interface PrepareOptions {
  readonly kernel: KernelName;
  /** Receives one line per step; downloads and builds take from seconds to minutes. */
  readonly log?: Log;
  /** Prepare anew although the cache has this kernel, for a newer point release. */
  readonly refresh?: boolean;
}

/**
 * Makes sure that a kernel is in the cache: downloads Debian's packages, builds what Debian does
 * not, unpacks what a boot needs. Returns at once when it is there. Throws GuestSetupError with
 * what is missing on this machine.
 */
export async function prepareGuest(options: PrepareOptions): Promise<PreparedKernel> {
  const recipe = kernelRecipe(options.kernel);
  const log = options.log ?? (() => {});
  const known = options.refresh ? undefined : readPrepared(recipe);
  if (known) return known;
  requireSupportedHost();
  return withCacheLock(log, async () => {
    const meanwhile = options.refresh ? undefined : readPrepared(recipe);
    return meanwhile ?? prepareAnew(recipe, log);
  });
}

async function prepareAnew(recipe: KernelRecipe, log: Log): Promise<PreparedKernel> {
  const apt = await openApt(log);
  const { origin } = recipe;
  await createAtomically(kernelDirectory(recipe), async (target) => {
    const work = join(target, "work");
    await mkdir(work);
    const workshop = { recipe, apt, log, target, work };
    if (origin.kind === "package") await prepareStockKernel(workshop, origin.image);
    else await prepareBuiltKernel(workshop, origin.fragment);
    await rm(work, { recursive: true });
  });
  const prepared = readPrepared(recipe);
  if (!prepared) throw new Error(`nothing in ${kernelDirectory(recipe)} after preparing it`);
  log(`Linux ${prepared.version} is ready in ${kernelDirectory(recipe)}`);
  return prepared;
}

/** Throws when guests cannot be prepared here at all, whatever is installed. */
function requireSupportedHost(): void {
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new GuestSetupError(
      `guests are prepared on Linux x64 only, not on ${process.platform} ${process.arch}`,
    );
  }
  requireTools(["apt-get", "dpkg-deb"]);
}
