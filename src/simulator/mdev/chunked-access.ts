import { Errno } from "../../errno.js";
import type { Width } from "../core/file.js";
import type { Result } from "../core/result.js";

/** A device that is read and written in accesses of 1, 2 or 4 bytes at a file position. */
export interface ChunkedAccess {
  /** One read of `width` bytes into `target` at `at`. False fails the whole call. */
  readChunk(position: number, width: Width, target: Uint8Array, at: number): boolean;
  /** One write of the `width` bytes of `source` at `at`. False fails the whole call. */
  writeChunk(position: number, width: Width, source: Uint8Array, at: number): boolean;
}

/**
 * samples/vfio-mdev: mtty_read(), mdpy_read(), mbochs_read(). Aligned pieces of 4 bytes, then 2,
 * then 1. One that fails makes the call EFAULT, whatever was done before.
 */
export function readInChunks(access: ChunkedAccess, target: Uint8Array, position: number): Result {
  const start = position % 4;
  for (let at = 0; at < target.length; ) {
    const width = chunkWidth(start + at, target.length - at);
    if (!access.readChunk(position + at, width, target, at)) return -Errno.EFAULT;
    at += width;
  }
  return target.length;
}

/** samples/vfio-mdev: mtty_write(), mdpy_write(), mbochs_write(). */
export function writeInChunks(access: ChunkedAccess, source: Uint8Array, position: number): Result {
  const start = position % 4;
  for (let at = 0; at < source.length; ) {
    const width = chunkWidth(start + at, source.length - at);
    if (!access.writeChunk(position + at, width, source, at)) return -Errno.EFAULT;
    at += width;
  }
  return source.length;
}

function chunkWidth(alignment: number, left: number): Width {
  if (left >= 4 && (alignment & 3) === 0) return 4;
  return left >= 2 && (alignment & 1) === 0 ? 2 : 1;
}
