import { Errno } from "../../errno.js";
import type { Client } from "../core/client.js";
import type { FileOperations, MappedMemory, MmapRequest } from "../core/file.js";
import type { Result } from "../core/result.js";

/** What a binary attribute can do: accesses by position, and mapping. struct bin_attribute */
export interface BinaryContent {
  read?(target: Uint8Array, position: number): Result;
  write?(source: Uint8Array, position: number, client: Client): Result;
  mmap?(client: Client, request: MmapRequest): MappedMemory | Result;
}

/** An open binary attribute. fs/sysfs/file.c: sysfs_kf_bin_read(), sysfs_kf_bin_write() */
export class BinaryFile implements FileOperations {
  readonly mmap?: NonNullable<FileOperations["mmap"]>;
  #position = 0;

  constructor(
    readonly name: string,
    readonly content: BinaryContent,
  ) {
    if (content.mmap !== undefined) this.mmap = content.mmap.bind(content);
  }

  read(client: Client, target: Uint8Array): Result {
    const done = this.pread(client, target, this.#position);
    if (done > 0) this.#position += done;
    return done;
  }

  write(client: Client, source: Uint8Array): Result {
    const done = this.pwrite(client, source, this.#position);
    if (done > 0) this.#position += done;
    return done;
  }

  pread(_client: Client, target: Uint8Array, position: number): Result {
    return this.content.read?.(target, position) ?? -Errno.EIO;
  }

  pwrite(client: Client, source: Uint8Array, position: number): Result {
    return this.content.write?.(source, position, client) ?? -Errno.EIO;
  }
}

/** All of a binary attribute, as reading it to the end gives. */
export function readAll({ read }: BinaryContent): Uint8Array | Result {
  const chunks: Uint8Array[] = [];
  for (let position = 0; ; ) {
    const chunk = new Uint8Array(4096);
    const done = read?.(chunk, position) ?? -Errno.EIO;
    if (done < 0) return done;
    if (done === 0) return Buffer.concat(chunks);
    chunks.push(chunk.subarray(0, done));
    position += done;
  }
}
