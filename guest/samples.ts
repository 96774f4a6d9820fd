import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { requireTools, runTool } from "./host-tools.js";

/** The kernel's own example drivers of mediated devices, none of which Debian builds. */
export const sampleModules: readonly string[] = ["mtty", "mdpy", "mbochs"];

/** Builds the sample drivers against unpacked header packages; returns the folder of modules. */
export async function buildSamples(options: {
  /** Folder into which the header packages were unpacked. */
  readonly root: string;
  /** What `uname -r` will say. */
  readonly release: string;
  /** The package file with the kernel's source. */
  readonly sourcePackage: string;
  readonly directory: string;
}): Promise<string> {
  requireTools(["make", "gcc-12", "ld", "tar", "xz"]);
  const { root, release, directory } = options;
  await mkdir(directory, { recursive: true });
  await unpackSource(options.sourcePackage, "samples/vfio-mdev", directory);
  const samples = join(directory, "samples", "vfio-mdev");
  const objects = sampleModules.map((name) => `${name}.o`).join(" ");
  await writeFile(join(samples, "Kbuild"), `obj-m := ${objects}\n`);
  const headers = join(root, "usr/src", `linux-headers-${release}`);
  await relocate(join(headers, "Makefile"), root);
  // Type information (BTF) would need pahole, and nobody here reads it.
  const settings = [`M=${samples}`, "CC=gcc-12", "CONFIG_DEBUG_INFO_BTF_MODULES="];
  await runTool("make", ["-C", headers, ...settings, "modules"]);
  return samples;
}

/** Unpacks a part of the source tarball in a `linux-source` package, without its first folder. */
export async function unpackSource(
  sourcePackage: string,
  part: string | undefined,
  directory: string,
): Promise<void> {
  const wanted = part === undefined ? "" : ` --wildcards '*/${part}'`;
  const script = [
    'dpkg-deb --fsys-tarfile "$1"',
    "tar -xO --wildcards './usr/src/linux-source-*.tar.xz'",
    `tar -xJ --strip-components=1 -C "$2"${wanted}`,
  ].join(" | ");
  await runTool("bash", ["-o", "pipefail", "-c", script, "unpack", sourcePackage, directory]);
}

/** Debian's headers name each other by absolute path; these are not installed there. */
async function relocate(makefile: string, root: string): Promise<void> {
  const text = await readFile(makefile, "utf8");
  await writeFile(makefile, text.replaceAll("/usr/src/", `${root}/usr/src/`));
}
