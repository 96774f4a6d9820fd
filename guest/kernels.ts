/** A kernel that this tool can boot. */
export type KernelName = "6.1" | "6.12" | "6.12-iommufd";

/** Where to get a kernel, and which of its point releases our facts hold for. */
export interface KernelRecipe {
  readonly name: KernelName;
  /** What a reader should know about it in one line. */
  readonly summary: string;
  readonly origin: KernelOrigin;
  /** The package that holds the source, of the sample drivers at least. */
  readonly source: string;
  /**
   * Upstream version on which the project's profile was measured; preferred while it is offered.
   */
  readonly measured: string;
}

/** Where the kernel itself comes from. */
export type KernelOrigin =
  /** Debian's image, by the names that its packages have whatever the point release. */
  | { readonly kind: "package"; readonly image: RegExp }
  /** Built here, from a configuration fragment that lies beside this file. */
  | { readonly kind: "source"; readonly fragment: string };

const RECIPES: readonly KernelRecipe[] = [
  {
    name: "6.1",
    summary: "Debian 12's stock kernel: containers and groups, vfio-pci, mediated devices",
    origin: { kind: "package", image: /^linux-image-6\.1\.0-\d+-amd64$/ },
    source: "linux-source-6.1",
    measured: "6.1.192",
  },
  {
    name: "6.12",
    summary: "Debian's stock 6.12 for Debian 12: the same interfaces, later rules",
    origin: { kind: "package", image: /^linux-image-6\.12\.\d+\+deb12(\.\d+)?-amd64$/ },
    source: "linux-source-6.12",
    measured: "6.12.107",
  },
  {
    name: "6.12-iommufd",
    summary: "built here with iommufd, device cdevs and no-IOMMU, which Debian leaves out",
    origin: { kind: "source", fragment: "iommufd.config" },
    source: "linux-source-6.12",
    measured: "6.12.107",
  },
];

/** Every kernel name that `kernelRecipe` accepts. */
export const kernelNames: readonly KernelName[] = RECIPES.map((recipe) => recipe.name);

/** The kernel that is booted when nobody asks for another. */
export const defaultKernel: KernelName = "6.1";

/** Looks a recipe up by the name a person typed. Throws RangeError and lists the names. */
export function kernelRecipe(name: string): KernelRecipe {
  const recipe = RECIPES.find((candidate) => candidate.name === name);
  if (recipe) return recipe;
  throw new RangeError(`no kernel "${name}"; there are ${kernelNames.join(", ")}`);
}

/** All recipes, for listings. */
export function kernelRecipes(): readonly KernelRecipe[] {
  return RECIPES;
}
