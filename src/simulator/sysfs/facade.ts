import { Errno } from "../../errno.js";
import { VfioError } from "../../errors.js";
import { type BlockingWriteOptions, OpenFlags, type Sysfs, type SysfsKind } from "../../kernel.js";
import type { Client } from "../core/client.js";
import { nextTurn } from "../core/seam.js";
import type { SimulatedMachine } from "../machine.js";
import { showBytes, startStore, storeNow } from "./attribute.js";
import { findAttribute } from "./open.js";
import { linkText, lookup, type SysfsAttribute, type SysfsEntry } from "./tree.js";
import { waitFor } from "./wait.js";

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** /sys of a simulated machine, as one process sees it. */
export class SimulatedSysfs implements Sysfs {
  constructor(
    readonly machine: SimulatedMachine,
    readonly client: Client,
  ) {}

  read(path: string): string {
    return decoder.decode(this.readBytes(path));
  }

  readBytes(path: string): Uint8Array {
    const shown = showBytes(this.#open(path, OpenFlags.readOnly));
    if (typeof shown === "number") throw failed(shown, "read", path);
    return shown.slice();
  }

  write(path: string, data: string | Uint8Array): number {
    const attribute = this.#open(path, OpenFlags.writeOnly);
    const result = storeNow(attribute, bytesOf(data), this.client, path);
    if (result < 0) throw failed(result, "write", path);
    return result;
  }

  async writeBlocking(
    path: string,
    data: string | Uint8Array,
    options: BlockingWriteOptions = {},
  ): Promise<number> {
    options.signal?.throwIfAborted();
    await nextTurn();
    const attribute = this.#open(path, OpenFlags.writeOnly);
    const started = startStore(attribute, bytesOf(data), this.client);
    const result = typeof started === "number" ? started : await waitFor(started, options);
    if (result < 0) throw failed(result, "write", path);
    return result;
  }

  list(path: string): string[] {
    const entry = this.#find(path, true);
    if (entry.kind !== "directory") throw failed(-Errno.ENOTDIR, "scandir", path);
    return entry.names;
  }

  readlink(path: string): string {
    const found = lookup(this.machine.sysfs, path, { followLast: false });
    if (typeof found === "number") throw failed(found, "readlink", path);
    if (found.entry.kind !== "link") throw failed(-Errno.EINVAL, "readlink", path);
    return linkText(found.parent, found.entry.target);
  }

  realpath(path: string): string {
    const found = lookup(this.machine.sysfs, path, { followLast: true });
    if (typeof found === "number") throw failed(found, "realpath", path);
    if (found.entry.kind === "directory") return found.entry.path;
    return `${found.parent.path}/${found.name}`;
  }

  kind(path: string): SysfsKind | undefined {
    const found = lookup(this.machine.sysfs, path, { followLast: false });
    return typeof found === "number" ? undefined : found.entry.kind;
  }

  #find(path: string, followLast: boolean): SysfsEntry {
    const found = lookup(this.machine.sysfs, path, { followLast });
    if (typeof found === "number") throw failed(found, "open", path);
    return found.entry;
  }

  #open(path: string, flags: number): SysfsAttribute {
    const attribute = findAttribute(this.machine, this.client, path, flags);
    if (typeof attribute === "number") throw failed(attribute, "open", path);
    return attribute;
  }
}

function bytesOf(data: string | Uint8Array): Uint8Array {
  return typeof data === "string" ? encoder.encode(data) : data;
}

function failed(result: number, syscall: string, path: string): VfioError {
  return new VfioError({ errno: -result, syscall, path });
}
