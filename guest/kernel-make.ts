import { delimiter, join } from "node:path";
import type { Apt, PackageVersion } from "./apt.js";
import { runTool } from "./host-tools.js";
import { newest } from "./kernel-packages.js";
import { GuestSetupError } from "./setup-error.js";

/** What building a kernel needs and few machines have; unpacked in the cache, not installed. */
const BUILD_TOOLS = ["flex", "bison", "m4", "libelf-dev", "libelf1"];

/** Finds the packages of the rarer build tools. */
export async function findBuildTools(apt: Apt): Promise<PackageVersion[]> {
  return Promise.all(
    BUILD_TOOLS.map(async (name) => {
      const found = newest(await apt.find(`^${name}$`));
      if (found) return found;
      throw new GuestSetupError(`the package lists offer no ${name}`);
    }),
  );
}

/** Runs make in a kernel's source with the build tools that were unpacked to `root`. */
export function kernelMake(source: string, root: string): (...args: string[]) => Promise<void> {
  const libraries = join(root, "usr/lib/x86_64-linux-gnu");
  const env = {
    ...process.env,
    PATH: [join(root, "usr/bin"), process.env["PATH"]].join(delimiter),
    LD_LIBRARY_PATH: libraries,
    M4: join(root, "usr/bin/m4"),
    BISON_PKGDATADIR: join(root, "usr/share/bison"),
    KBUILD_BUILD_USER: "node-vfio",
    KBUILD_BUILD_HOST: "guest",
  };
  const settings = [
    "CC=gcc-12",
    "HOSTCC=gcc-12",
    `LIBELF_FLAGS=-I${join(root, "usr/include")}`,
    `LIBELF_LIBS=-L${libraries} -lelf`,
  ];
  return async (...args) => {
    await runTool("make", ["-s", "-C", source, ...settings, ...args], { env });
  };
}
