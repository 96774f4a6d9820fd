import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

/**
 * The package that holds the addon for this machine: `@node-vfio/linux-x64-glibc`. Package managers
 * install the one that fits, as an optional dependency.
 */
export function prebuiltPackage(): string {
  return `@node-vfio/${process.platform}-${process.arch}-${libc()}`;
}

/** The addon of that package, undefined where it is not installed. */
export function prebuiltAddon(): string | undefined {
  try {
    return createRequire(import.meta.url).resolve(prebuiltPackage());
  } catch {
    return undefined;
  }
}

/** Where a build puts the addon: in a checkout, and in an installed package. */
const places = [join("build", "Release"), join("dist", "native", "build", "Release")];

/** The addon of this package's folder, where one has been built; else the first place for it. */
export function builtAddon(root: string): string {
  const paths = places.map((place) => join(root, place, "node_vfio.node"));
  return paths.find((path) => existsSync(path)) ?? paths[0]!;
}

/** How to build the addon in this package's folder. An installed package has no script for it. */
export function buildCommand(root: string): string {
  const gyp = join(root, "dist", "native");
  const installed = root.includes("node_modules") && existsSync(join(gyp, "binding.gyp"));
  return installed ? `npx node-gyp rebuild -C ${gyp}` : "npm run build";
}

function libc(): "glibc" | "musl" {
  // Reports look hosts up unless told not to, and that takes seconds.
  const report = Object.assign(process.report, { excludeNetwork: true }).getReport() as {
    header?: { glibcVersionRuntime?: string };
  };
  return report.header?.glibcVersionRuntime === undefined ? "musl" : "glibc";
}
