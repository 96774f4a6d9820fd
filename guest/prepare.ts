import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { type Apt, openApt } from "./apt.js";
import { createAtomically, type Log, withCacheLock } from "./cache.js";
import { requireTools, runTool } from "./host-tools.js";
import { findKernelPackages, newest } from "./kernel-packages.js";
import { type KernelName, type KernelRecipe, kernelRecipe } from "./kernels.js";
import {
  bootModules,
  builtinModules,
  collectModules,
  extraModules,
  findModules,
} from "./modules.js";
import {
  describePrepared,
  kernelDirectory,
  type PreparedKernel,
  readPrepared,
} from "./prepared-kernel.js";
import { buildSamples } from "./samples.js";
import { GuestSetupError } from "./setup-error.js";
import { extractVmlinux } from "./vmlinux.js";

/** What `prepareGuest` is asked for. */
export interface PrepareOptions {
  readonly kernel: KernelName;
  /** Receives one line per step; downloads and builds take from seconds to minutes. */
  readonly log?: Log;
  /** Prepare anew although the cache has this kernel, for a newer point release. */
  readonly refresh?: boolean;
}

/**
 * Makes sure that a kernel is in the cache: downloads Debian's packages, builds the sample drivers,
 * unpacks what a boot needs. Returns at once when it is there. Throws GuestSetupError with what is
 * missing on this machine.
 */
export async function prepareGuest(options: PrepareOptions): Promise<PreparedKernel> {
  const recipe = kernelRecipe(options.kernel);
  const log = options.log ?? (() => {});
  const known = options.refresh ? undefined : readPrepared(recipe);
  if (known) return known;
  requireSupportedHost();
  return withCacheLock(log, async () => {
    const meanwhile = options.refresh ? undefined : readPrepared(recipe);
    if (meanwhile) return meanwhile;
    const apt = await openApt(log);
    await createAtomically(kernelDirectory(recipe), (staging) =>
      fillKernelDirectory({ recipe, apt, staging, log }),
    );
    const prepared = readPrepared(recipe);
    if (!prepared) throw new Error(`nothing in ${kernelDirectory(recipe)} after preparing it`);
    log(`Linux ${prepared.version} is ready in ${kernelDirectory(recipe)}`);
    return prepared;
  });
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

interface Workshop {
  readonly recipe: KernelRecipe;
  readonly apt: Apt;
  readonly staging: string;
  readonly log: Log;
}

async function fillKernelDirectory({ recipe, apt, staging, log }: Workshop): Promise<void> {
  const packages = await findKernelPackages(apt, recipe);
  const busybox = newest(await apt.find("^busybox-static$"));
  if (!busybox) throw new GuestSetupError("the package lists offer no busybox-static");
  const work = join(staging, "work");
  const root = join(work, "root");
  const wanted = [packages.image, ...packages.headers, busybox, packages.source];
  const files = await apt.download(wanted, join(work, "packages"));
  const isSource = (file: string) => basename(file).startsWith("linux-source-");
  await mkdir(root, { recursive: true });
  log("unpacking");
  for (const file of files) if (!isSource(file)) await runTool("dpkg-deb", ["-x", file, root]);

  const release = packages.image.name.replace("linux-image-", "");
  log(`building the sample drivers for ${release}`);
  const samples = await buildSamples({
    root,
    release,
    sourcePackage: files.find(isSource) ?? "",
    directory: join(work, "source"),
  });
  const boot = await fillModules({ root, release, samples, staging });
  const image = await fillImage(join(root, "boot", `vmlinuz-${release}`), staging);
  await copyFile(join(root, "bin", "busybox"), join(staging, "busybox"));
  const { version } = packages.image;
  const { name, text } = describePrepared({ name: recipe.name, release, version, image, boot });
  await writeFile(join(staging, name), text);
  await rm(work, { recursive: true });
}

async function fillModules(options: {
  readonly root: string;
  readonly release: string;
  readonly samples: string;
  readonly staging: string;
}): Promise<readonly string[]> {
  const directory = join(options.root, "lib", "modules", options.release);
  const target = join(options.staging, "modules");
  await mkdir(target);
  const order = await collectModules({
    wanted: [...bootModules, ...extraModules],
    available: await findModules([directory, options.samples]),
    builtin: await builtinModules(join(directory, "modules.builtin")),
    target,
  });
  return order(bootModules);
}

async function fillImage(vmlinuz: string, staging: string): Promise<PreparedKernel["image"]> {
  const compressed = await readFile(vmlinuz);
  await writeFile(join(staging, "vmlinuz"), compressed);
  const vmlinux = extractVmlinux(compressed);
  if (!vmlinux) return "vmlinuz";
  await writeFile(join(staging, "vmlinux"), vmlinux);
  return "vmlinux";
}
