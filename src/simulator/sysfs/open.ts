import { Errno } from "../../errno.js";
import { OpenFlags } from "../../kernel.js";
import type { Client } from "../core/client.js";
import type { FileOperations } from "../core/file.js";
import type { Result } from "../core/result.js";
import type { SimulatedMachine } from "../machine.js";
import { showBytes, storeNow } from "./attribute.js";
import { BinaryFile } from "./binary.js";
import { lookup, type SysfsAttribute } from "./tree.js";

/** An open attribute: reads see what it showed at offset 0, writes are one store each. */
class AttributeFile implements FileOperations {
  #position = 0;

  constructor(
    readonly name: string,
    readonly attribute: SysfsAttribute,
  ) {}

  read(client: Client, target: Uint8Array): Result {
    const done = this.pread(client, target, this.#position);
    if (done > 0) this.#position += done;
    return done;
  }

  write(client: Client, source: Uint8Array): Result {
    return storeNow(this.attribute, source, client, this.name);
  }

  pread(_client: Client, target: Uint8Array, position: number): Result {
    const shown = showBytes(this.attribute);
    if (typeof shown === "number") return shown;
    const part = shown.subarray(position, position + target.length);
    target.set(part);
    return part.length;
  }

  pwrite(client: Client, source: Uint8Array): Result {
    return this.write(client, source);
  }
}

/** Opens a file of sysfs: open(2) of an attribute. */
export function openSysfs(
  machine: SimulatedMachine,
  client: Client,
  path: string,
  flags: number,
): FileOperations | Result {
  const attribute = findAttribute(machine, client, path, flags);
  if (typeof attribute === "number") return attribute;
  const { binary } = attribute;
  return binary === undefined ? new AttributeFile(path, attribute) : new BinaryFile(path, binary);
}

/**
 * The attribute at a path, if it may be opened so. The mode bits hold for root too.
 *
 * fs/kernfs/file.c: kernfs_fop_open()
 */
export function findAttribute(
  { sysfs }: SimulatedMachine,
  client: Client,
  path: string,
  flags: number,
): SysfsAttribute | Result {
  const found = lookup(sysfs, path, { followLast: true });
  if (typeof found === "number") return found;
  if (found.entry.kind !== "file") return -Errno.EISDIR;
  const refusal = refuse(found.entry, client, flags);
  return refusal < 0 ? refusal : found.entry;
}

function refuse({ mode, show, store }: SysfsAttribute, client: Client, flags: number): Result {
  const access = flags & 3;
  const reads = access !== OpenFlags.writeOnly;
  const writes = access !== OpenFlags.readOnly;
  const bits = client.uid === 0 ? mode | (mode >> 3) | (mode >> 6) : mode;
  if (reads && ((bits & 4) === 0 || show === undefined)) return -Errno.EACCES;
  if (writes && ((bits & 2) === 0 || store === undefined)) return -Errno.EACCES;
  return 0;
}
