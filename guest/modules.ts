import { readdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { decompress } from "./decompress.js";
import { GuestSetupError } from "./setup-error.js";

/** Loaded at boot, in this order, each after what it depends on. */
export const bootModules: readonly string[] = [
  "virtio_pci",
  "virtio_console",
  "9pnet_virtio",
  "9p",
  "overlay",
  "vfio",
  "vfio_iommu_type1",
  "vfio-pci",
  "mdev",
  "uio_pci_generic",
  "mtty",
  "mdpy",
  "mbochs",
];

/** Not loaded, so that their devices stay unbound, but there for `modprobe`, if built. */
export const extraModules: readonly string[] = ["nvme", "e1000e", "xhci-pci"];

/** The modules of a kernel: where each one's file is, by name. */
export type ModuleFiles = ReadonlyMap<string, string>;

/** Finds every module below some folders; a later folder wins. */
export async function findModules(directories: readonly string[]): Promise<ModuleFiles> {
  const files = new Map<string, string>();
  for (const directory of directories) {
    for (const path of await readdir(directory, { recursive: true })) {
      if (/\.ko(\.\w+)?$/.test(path)) files.set(moduleName(path), join(directory, path));
    }
  }
  return files;
}

/** The names in a kernel package's list of what is built in. */
export async function builtinModules(path: string): Promise<ReadonlySet<string>> {
  const lines = (await readFile(path, "utf8")).split("\n").filter(Boolean);
  return new Set(lines.map(moduleName));
}

/**
 * Copies the named modules and all that they need into `target`, uncompressed, with the
 * `modules.dep` that modprobe wants. Returns a function that tells their order of loading.
 */
export async function collectModules(options: {
  readonly required: readonly string[];
  readonly optional: readonly string[];
  readonly available: ModuleFiles;
  readonly builtin: ReadonlySet<string>;
  readonly target: string;
}): Promise<(names: readonly string[]) => string[]> {
  const needs = new Map<string, readonly string[]>();
  const files = new Map<string, string>();
  const present = (name: string) => options.available.has(normalise(name));
  const queue = [...options.required, ...options.optional.filter(present)].map(normalise);
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    if (needs.has(name) || options.builtin.has(name)) continue;
    const source = options.available.get(name);
    if (!source) throw new GuestSetupError(`the kernel's packages hold no module ${name}`);
    const file = basename(source).replace(/\.ko\.\w+$/, ".ko");
    const content = decompress(await readFile(source));
    await writeFile(join(options.target, file), content);
    files.set(name, file);
    needs.set(name, moduleDependencies(content));
    queue.push(...(needs.get(name) ?? []));
  }
  const order = (names: readonly string[]) => loadOrder(names.map(normalise), needs, files);
  const lines = [...files].map(([name, file]) => {
    // depmod's convention: what must be loaded first stands last.
    const others = order([name]).filter((other) => other !== file);
    return `${[`${file}:`, ...others.reverse()].join(" ")}\n`;
  });
  await writeFile(join(options.target, "modules.dep"), lines.join(""));
  return order;
}

function loadOrder(
  names: readonly string[],
  needs: ReadonlyMap<string, readonly string[]>,
  files: ReadonlyMap<string, string>,
): string[] {
  const order = new Set<string>();
  const visit = (name: string): void => {
    const file = files.get(name);
    if (!file || order.has(file)) return;
    for (const needed of needs.get(name) ?? []) visit(needed);
    order.add(file);
  };
  for (const name of names) visit(name);
  return [...order];
}

/** What a module's `.modinfo` section says it needs; its strings end with NUL. */
function moduleDependencies(content: Buffer): string[] {
  const match = /\0depends=([^\0]*)\0/.exec(content.toString("latin1"));
  return (match?.[1] ?? "").split(",").filter(Boolean).map(normalise);
}

function moduleName(file: string): string {
  return normalise(basename(file).replace(/\.ko(\.\w+)?$/, ""));
}

/** The kernel takes `-` and `_` for the same in a module's name. */
function normalise(name: string): string {
  return name.replaceAll("-", "_");
}
