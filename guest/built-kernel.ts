import { mkdir, readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { requireTools } from "./host-tools.js";
import { findBuildTools, kernelMake } from "./kernel-make.js";
import { findKernelSource } from "./kernel-packages.js";
import { unpackSource } from "./samples.js";
import { GuestSetupError } from "./setup-error.js";
import { readSourceFile, sourceFile } from "./source-files.js";
import { fetchPackages, findBusybox, finishKernel, type Workshop } from "./workshop.js";

/** Prepares a kernel from Debian's source package and a configuration fragment of ours. */
export async function prepareBuiltKernel(workshop: Workshop, fragment: string): Promise<void> {
  requireTools(["make", "gcc-12", "ld", "tar", "xz", "bc", "perl"]);
  const { recipe, apt, log, work } = workshop;
  const packaged = await findKernelSource(apt, recipe);
  const root = join(work, "root");
  const wanted = [packaged, await findBusybox(apt), ...(await findBuildTools(apt))];
  const [sourcePackage = ""] = await fetchPackages(workshop, wanted, root);
  const source = join(work, "source");
  await mkdir(source, { recursive: true });
  await unpackSource(sourcePackage, undefined, source);

  const make = kernelMake(source, root);
  await make("allnoconfig", `KCONFIG_ALLCONFIG=${sourceFile(fragment)}`);
  await checkConfiguration(join(source, ".config"), fragment);
  const jobs = availableParallelism();
  log(`building Linux ${packaged.version}; about ten minutes of one processor's time, of ${jobs}`);
  const started = Date.now();
  const pulse = setInterval(() => {
    log(`still building (${Math.round((Date.now() - started) / 1000)} s)`);
  }, 30_000);
  await make(`-j${jobs}`, "bzImage", "modules").finally(() => clearInterval(pulse));
  const release = (await readFile(join(source, "include/config/kernel.release"), "utf8")).trim();
  const kernel = {
    release,
    version: packaged.version,
    bzImage: join(source, "arch/x86/boot/bzImage"),
    modules: [source],
    builtin: join(source, "modules.builtin"),
  };
  await finishKernel(workshop, kernel, root);
}

/** A setting whose dependencies are not met vanishes silently; a test would miss it much later. */
async function checkConfiguration(path: string, fragment: string): Promise<void> {
  const lines = new Set((await readFile(path, "utf8")).split("\n"));
  const wanted = readSourceFile(fragment).toString().split("\n");
  const lost = wanted.filter((line) => /^(CONFIG_|# CONFIG_)/.test(line) && !lines.has(line));
  if (lost.length === 0) return;
  throw new GuestSetupError(`this source does not take from ${fragment}: ${lost.join(", ")}`);
}
