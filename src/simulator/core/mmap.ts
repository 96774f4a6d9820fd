import { Errno } from "../../errno.js";
import { type MmapOptions, OpenFlags, Protection } from "../../kernel.js";
import type { Client } from "./client.js";
import type { MappedMemory, OpenFile } from "./file.js";
import { PAGE_SIZE, pageAlign } from "./page.js";
import type { Result } from "./result.js";

/** mmap(2) before the file's own operation: mm/mmap.c: do_mmap(), in its order. */
export function mapFile(
  client: Client,
  file: OpenFile,
  options: MmapOptions & { protection: number },
): MappedMemory | Result {
  const { offset, length, protection } = options;
  const shared = options.private !== true;
  if (offset < 0 || offset % PAGE_SIZE !== 0 || length === 0) return -Errno.EINVAL;
  if (length < 0) return -Errno.ENOMEM;
  const mode = file.flags & 3;
  const writes = (protection & Protection.write) !== 0;
  if (mode === OpenFlags.writeOnly) return -Errno.EACCES;
  if (shared && writes && mode !== OpenFlags.readWrite) return -Errno.EACCES;
  const { mmap } = file.operations;
  if (mmap === undefined) return -Errno.ENODEV;
  // VM_SHARED is taken from a mapping that could never be made writable.
  const stays = shared && mode === OpenFlags.readWrite;
  const request = { offset, length: pageAlign(length), protection, shared: stays };
  return mmap.call(file.operations, client, request);
}
