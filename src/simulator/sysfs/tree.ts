import { Errno } from "../../errno.js";
import type { Client } from "../core/client.js";
import type { Pending, Result } from "../core/result.js";
import { type BinaryContent, readAll } from "./binary.js";

/** An attribute's content, or a negative error number. */
export type Show = () => string | Uint8Array | Result;

/** One write(2): the length, a negative error number, or a wait. */
export type Store = (data: string, client: Client) => Result | Pending;

/** A file of sysfs: mode bits and what reading and writing do. */
export interface SysfsAttribute {
  readonly kind: "file";
  readonly mode: number;
  readonly show: Show | undefined;
  readonly store: Store | undefined;
  /** It is read and written by position, or mapped. */
  readonly binary?: BinaryContent;
}

/** A symbolic link to a directory of the tree. Its text is computed, relative as the kernel's. */
export interface SysfsLink {
  readonly kind: "link";
  readonly target: SysfsDirectory;
}

/** What a directory can hold. */
export type SysfsEntry = SysfsDirectory | SysfsAttribute | SysfsLink;

/** A directory of the simulated /sys: a kobject. */
export class SysfsDirectory {
  readonly kind = "directory";
  readonly #entries = new Map<string, SysfsEntry>();

  constructor(
    readonly name: string,
    readonly parent: SysfsDirectory | undefined,
  ) {}

  /** Absolute path: `/sys/bus/pci`. */
  get path(): string {
    return this.parent === undefined ? this.name : `${this.parent.path}/${this.name}`;
  }

  get names(): string[] {
    return [...this.#entries.keys()].sort();
  }

  get(name: string): SysfsEntry | undefined {
    return this.#entries.get(name);
  }

  /** The directory of that name, made if it is not there. */
  directory(name: string): SysfsDirectory {
    const there = this.#entries.get(name);
    if (there?.kind === "directory") return there;
    const made = new SysfsDirectory(name, this);
    this.#entries.set(name, made);
    return made;
  }

  /** The directory at a relative path (`bus/pci/devices`), made where it is not there. */
  walk(path: string): SysfsDirectory {
    return path.split("/").reduce((at: SysfsDirectory, name) => at.directory(name), this);
  }

  /** The directory at a relative path, if it is there. */
  find(path: string): SysfsDirectory | undefined {
    let at: SysfsDirectory = this;
    for (const name of path.split("/")) {
      const entry = at.get(name);
      if (entry?.kind !== "directory") return undefined;
      at = entry;
    }
    return at;
  }

  /** A read-only attribute (0444). */
  readable(name: string, show: Show): this {
    return this.attribute(name, { mode: 0o444, show });
  }

  /** A write-only attribute (0200). */
  writable(name: string, store: Store): this {
    return this.attribute(name, { mode: 0o200, store });
  }

  attribute(
    name: string,
    { mode, show, store }: { mode: number; show?: Show; store?: Store },
  ): this {
    this.#entries.set(name, { kind: "file", mode, show, store });
    return this;
  }

  /** A binary attribute; reading or writing it as a whole works too. */
  binary(name: string, mode: number, binary: BinaryContent): this {
    const show = () => readAll(binary);
    const store: Store = (data, client) =>
      binary.write?.(Buffer.from(data, "latin1"), 0, client) ?? -Errno.EIO;
    this.#entries.set(name, { kind: "file", mode, show, store, binary });
    return this;
  }

  link(name: string, target: SysfsDirectory): this {
    this.#entries.set(name, { kind: "link", target });
    return this;
  }

  /** Removes an entry and all below it. Absent is fine. */
  remove(name: string): void {
    this.#entries.delete(name);
  }
}

/**
 * A link's text: the way from the directory that holds it to the one that holds the target, and
 * there to the target, also where the link is below it.
 *
 * fs/kernfs/symlink.c: kernfs_get_target_path()
 */
export function linkText(from: SysfsDirectory, target: SysfsDirectory): string {
  const here = from.path.split("/");
  const there = target.path.split("/");
  let common = 0;
  const most = Math.min(here.length, there.length - 1);
  while (common < most && here[common] === there[common]) common += 1;
  return [...here.slice(common).map(() => ".."), ...there.slice(common)].join("/");
}

/** What a path leads to, links followed (the last one only if asked), or an error number. */
export function lookup(
  root: SysfsDirectory,
  path: string,
  { followLast }: { followLast: boolean },
): { entry: SysfsEntry; parent: SysfsDirectory; name: string } | Result {
  const names = path.split("/").filter((name) => name !== "" && name !== ".");
  if (names.shift() !== "sys") return -Errno.ENOENT;
  let at = { entry: root as SysfsEntry, parent: root, name: "" };
  for (const [index, name] of names.entries()) {
    if (at.entry.kind !== "directory") return -Errno.ENOTDIR;
    const directory: SysfsDirectory = at.entry;
    const entry = name === ".." ? (directory.parent ?? directory) : directory.get(name);
    if (entry === undefined) return -Errno.ENOENT;
    const last = index === names.length - 1;
    const target = entry.kind === "link" && (followLast || !last) ? entry.target : entry;
    at = { entry: target, parent: directory, name };
  }
  return at;
}
