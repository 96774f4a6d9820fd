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

/** Chooses the packages of a kernel that Debian has built. */
export async function findKernelPackages(
  apt: Apt,
  recipe: KernelRecipe,
  names: RegExp,
): Promise<KernelPackages> {
  const images = (await apt.find("^linux-image-6\\.")).filter(({ name }) => names.test(name));
  const image = preferMeasured(images, recipe);
  const headers = await exact(apt, image.name.replace("-image-", "-headers-"), image.version);
  const others = headers.depends.match(/\blinux-(headers-\S+-common|kbuild-[^\s,]+)/g) ?? [];
  const needed = await Promise.all(others.map((name) => exact(apt, name, image.version)));
  const source = await exact(apt, recipe.source, image.version);
  return { image, headers: [headers, ...needed], source };
}

/** Chooses the source package of a kernel that is built here. */
export async function findKernelSource(apt: Apt, recipe: KernelRecipe): Promise<PackageVersion> {
  const sources = await apt.find(`^${recipe.source.replace(".", "\\.")}$`);
  return preferMeasured(sources, recipe);
}

/** The version that the profile was measured on, while the archive offers it; or the newest. */
function preferMeasured(
  versions: readonly PackageVersion[],
  { name, measured }: KernelRecipe,
): PackageVersion {
  const same = versions.filter(({ version }) => version.startsWith(`${measured}-`));
  const choice = newest(same) ?? newest(versions);
  if (choice) return choice;
  throw new GuestSetupError(`the package lists offer no Linux ${name}`);
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
