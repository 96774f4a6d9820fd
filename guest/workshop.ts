import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Apt, PackageVersion } from "./apt.js";
import type { Log } from "./cache.js";
import { runTool } from "./host-tools.js";
import { newest } from "./kernel-packages.js";
import type { KernelRecipe } from "./kernels.js";
import {
  bootModules,
  builtinModules,
  collectModules,
  extraModules,
  findModules,
} from "./modules.js";
import { type PreparedKernel, writePrepared } from "./prepared-kernel.js";
import { GuestSetupError } from "./setup-error.js";
import { extractVmlinux } from "./vmlinux.js";

/** Where one kernel is being prepared. */
export interface Workshop {
  readonly recipe: KernelRecipe;
  readonly apt: Apt;
  readonly log: Log;
  /** The folder that will be the kernel's folder in the cache. */
  readonly target: string;
  /** A folder for what is needed on the way only. */
  readonly work: string;
}

/** A kernel as its packages or its build have left it. */
export interface RawKernel {
  readonly release: string;
  readonly version: string;
  /** The compressed kernel file. */
  readonly bzImage: string;
  /** Folders in which its modules lie. */
  readonly modules: readonly string[];
  /** The file that lists what is built in. */
  readonly builtin: string;
}

/** Downloads packages and unpacks all but source packages; returns the files of the latter. */
export async function fetchPackages(
  { apt, log, work }: Workshop,
  packages: readonly PackageVersion[],
  root: string,
): Promise<string[]> {
  const files = await apt.download(packages, join(work, "packages"));
  const isSource = (file: string) => basename(file).startsWith("linux-source-");
  await mkdir(root, { recursive: true });
  log("unpacking");
  for (const file of files) if (!isSource(file)) await runTool("dpkg-deb", ["-x", file, root]);
  return files.filter(isSource);
}

/** The package with the programs of a guest's first moments. */
export async function findBusybox(apt: Apt): Promise<PackageVersion> {
  const busybox = newest(await apt.find("^busybox-static$"));
  if (busybox) return busybox;
  throw new GuestSetupError("the package lists offer no busybox-static");
}

/** Puts what a boot needs into the kernel's folder. */
export async function finishKernel(
  { recipe, target }: Workshop,
  kernel: RawKernel,
  root: string,
): Promise<void> {
  const modules = join(target, "modules");
  await mkdir(modules);
  const order = await collectModules({
    required: bootModules,
    optional: extraModules,
    available: await findModules(kernel.modules),
    builtin: await builtinModules(kernel.builtin),
    target: modules,
  });
  const image = await writeImages(kernel.bzImage, target);
  await copyFile(join(root, "bin", "busybox"), join(target, "busybox"));
  const { release, version } = kernel;
  writePrepared(target, { name: recipe.name, release, version, image, boot: order(bootModules) });
}

async function writeImages(bzImage: string, target: string): Promise<PreparedKernel["image"]> {
  const compressed = await readFile(bzImage);
  await writeFile(join(target, "vmlinuz"), compressed);
  const vmlinux = extractVmlinux(compressed);
  if (!vmlinux) return "vmlinuz";
  await writeFile(join(target, "vmlinux"), vmlinux);
  return "vmlinux";
}
