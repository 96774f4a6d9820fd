import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheDirectory } from "./cache.js";
import type { KernelName, KernelRecipe } from "./kernels.js";
import { bootModules, extraModules } from "./modules.js";
import { readSourceFile } from "./source-files.js";

/** A kernel in the cache, ready to boot. */
export interface PreparedKernel {
  readonly name: KernelName;
  /** What `uname -r` says in it, such as `6.1.0-56-amd64`. */
  readonly release: string;
  /** Version of Debian's package, such as `6.1.192-2`. */
  readonly version: string;
  /** The kernel file that QEMU starts: `vmlinux` through PVH, or the compressed `vmlinuz`. */
  readonly image: "vmlinux" | "vmlinuz";
  /** Files of `modules/` in the order in which they are loaded at boot. */
  readonly boot: readonly string[];
}

/** Raise this when the content of a prepared kernel's folder changes. */
const LAYOUT = 1;

const DESCRIPTION = "kernel.json";

/** The folder of a kernel in the cache; what it is made from is part of its name. */
export function kernelDirectory(recipe: KernelRecipe): string {
  const { origin, measured, name } = recipe;
  const ingredients = JSON.stringify([LAYOUT, measured, bootModules, extraModules]);
  const hash = createHash("sha256").update(ingredients);
  if (origin.kind === "source") hash.update(readSourceFile(origin.fragment));
  return join(cacheDirectory(), "kernels", `${name}-${hash.digest("hex").slice(0, 8)}`);
}

/** Reads the description of a prepared kernel; undefined when it is not prepared yet. */
export function readPrepared(recipe: KernelRecipe): PreparedKernel | undefined {
  const path = join(kernelDirectory(recipe), DESCRIPTION);
  if (!existsSync(path)) return undefined;
  return JSON.parse(readFileSync(path, "utf8")) as PreparedKernel;
}

/** Writes the description into the folder of a kernel that is being prepared. */
export function writePrepared(directory: string, kernel: PreparedKernel): void {
  writeFileSync(join(directory, DESCRIPTION), `${JSON.stringify(kernel, undefined, 2)}\n`);
}

/** A warning when a kernel is not the one that the project's profile was measured on. */
export function versionWarning(kernel: PreparedKernel, recipe: KernelRecipe): string | undefined {
  if (kernel.version.startsWith(`${recipe.measured}-`)) return undefined;
  const { name, measured } = recipe;
  return `this is Linux ${kernel.version}; the ${name} profile was measured on ${measured}`;
}
