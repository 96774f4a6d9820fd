import { join } from "node:path";
import { findKernelPackages } from "./kernel-packages.js";
import { buildSamples } from "./samples.js";
import { fetchPackages, findBusybox, finishKernel, type Workshop } from "./workshop.js";

/** Prepares a kernel that Debian has built, with the sample drivers that Debian has not. */
export async function prepareStockKernel(workshop: Workshop, image: RegExp): Promise<void> {
  const { recipe, apt, log, work } = workshop;
  const packages = await findKernelPackages(apt, recipe, image);
  const root = join(work, "root");
  const wanted = [packages.image, ...packages.headers, await findBusybox(apt), packages.source];
  const [sourcePackage = ""] = await fetchPackages(workshop, wanted, root);
  const release = packages.image.name.replace("linux-image-", "");
  log(`building the sample drivers for ${release}`);
  const source = join(work, "source");
  const samples = await buildSamples({ root, release, sourcePackage, directory: source });
  const modules = join(root, "lib", "modules", release);
  const kernel = {
    release,
    version: packages.image.version,
    bzImage: join(root, "boot", `vmlinuz-${release}`),
    modules: [modules, samples],
    builtin: join(modules, "modules.builtin"),
  };
  await finishKernel(workshop, kernel, root);
}
