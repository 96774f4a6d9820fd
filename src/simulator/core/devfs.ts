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
}
