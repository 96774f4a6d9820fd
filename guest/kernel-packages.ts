import type { Apt, PackageVersion } from "./apt.js";
import type { KernelRecipe } from "./kernels.js";
import { GuestSetupError } from "./setup-error.js";

/** The packages of one kernel, all of the same version. */
export interface KernelPackages {
  readonly image: PackageVersion;
  /** Everything that building a module against it needs. */
  readonly headers: readonly PackageVersion[];
  readonly source: PackageVersion;
}

/**
 * Chooses the point release: the one that the profile was measured on while the archive still offers
 * it, or else the newest.
 */
export async function findKernelPackages(apt: Apt, recipe: KernelRecipe): Promise<KernelPackages> {
  const images = (await apt.find("^linux-image-6\\.")).filter(({ name }) =>
    recipe.image.test(name),
  );
  const measured = images.filter(({ version }) => version.startsWith(`${recipe.measured}-`));
  const image = newest(measured) ?? newest(images);
  if (!image) throw new GuestSetupError(`the package lists offer no image of Linux ${recipe.name}`);
  const headers = await exact(apt, image.name.replace("-image-", "-headers-"), image.version);
  const others = headers.depends.match(/\blinux-(headers-\S+-common|kbuild-[^\s,]+)/g) ?? [];
  const needed = await Promise.all(others.map((name) => exact(apt, name, image.version)));
  const source = await exact(apt, recipe.source, image.version);
  return { image, headers: [headers, ...needed], source };
}

/** The newest of some package versions; Debian's numbers compare as their digit runs do. */
export function newest(versions: readonly PackageVersion[]): PackageVersion | undefined {
  const byVersion = (a: PackageVersion, b: PackageVersion) =>
    a.version.localeCompare(b.version, "en", { numeric: true });
  return versions.toSorted(byVersion).at(-1);
}

async function exact(apt: Apt, name: string, version: string): Promise<PackageVersion> {
  const escaped = name.replace(/[.+]/g, "\\$&");
  const found = (await apt.find(`^${escaped}$`)).filter((candidate) => candidate.name === name);
  const match = found.find((candidate) => candidate.version === version);
  if (match) return match;
  throw new GuestSetupError(`the package lists offer no ${name} ${version}`);
}
