import { Errno } from "../../errno.js";
import type { Client } from "./client.js";
import type { FileOperations } from "./file.js";
import type { Result } from "./result.js";

/** A character device node under /dev. */
export interface DeviceNode {
  mode: number;
  uid: number;
  gid: number;
  readonly major: number;
  readonly minor: number;
  /** The driver's open(): the file's operations, or a negative error number. */
  open(client: Client, flags: number): FileOperations | Result;
}

/** The simulated /dev: device nodes by absolute path. */
export class Devfs {
  readonly #nodes = new Map<string, DeviceNode>();

  get paths(): string[] {
    return [...this.#nodes.keys()].sort();
  }

  get(path: string): DeviceNode | undefined {
    return this.#nodes.get(path);
  }

  add(path: string, node: DeviceNode): void {
    this.#nodes.set(path, node);
  }

  remove(path: string): void {
    this.#nodes.delete(path);
  }

  /** Names in a directory of /dev, sorted; undefined where there is none. */
  list(path: string): string[] | undefined {
    const below = `${path}/`;
    const inside = this.paths.filter((other) => other.startsWith(below));
    if (inside.length === 0) return undefined;
    return [...new Set(inside.map((other) => other.slice(below.length).split("/")[0] ?? ""))];
  }

  /** What opening a path says that no node stands at. */
  missing(path: string): Result {
    if (this.list(path) !== undefined) return -Errno.EISDIR;
    const parents = path.split("/").slice(0, -1);
    for (let depth = parents.length; depth > 1; depth -= 1) {
      if (this.#nodes.has(parents.slice(0, depth).join("/"))) return -Errno.ENOTDIR;
    }
    return -Errno.ENOENT;
  }
}
