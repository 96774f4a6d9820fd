import { Errno } from "../../../errno.js";
import { viewOf } from "../../../uapi/codec.js";
import { DirtyPagesFlags } from "../../../uapi/flags.js";
import type { UserArgument } from "../../core/argument.js";
import type { Client } from "../../core/client.js";
import { PAGE_SIZE } from "../../core/page.js";
import { copyLeast, type RequestCall } from "../../core/request-table.js";
import type { Result } from "../../core/result.js";
import { bitmapBytes, DirtyBitmap, MOST_BYTES, MOST_PAGES } from "./dirty-bitmap.js";
import type { DmaMapping } from "./mapping.js";
import { endWraps, isAligned, isZero, pageOf, restOf, wraps } from "./page-number.js";
import type { Type1 } from "./type1.js";

const HEADER = 8;
/** struct vfio_iommu_type1_dirty_bitmap_get: iova, size, then the bitmap. */
const RANGE_SIZE = 40;
const IOVA = 0;
const SIZE = 8;
const BITMAP = 16;

/** TASK_SIZE_MAX on x86-64: user addresses end here. */
const USER_END = 2 ** 47 - PAGE_SIZE;

/** struct vfio_bitmap: a client's buffer for dirty bits. */
export interface UserBitmap {
  readonly client: Client;
  /** As given; Infinity where it is far beyond any. */
  readonly pageSize: number;
  readonly size: number;
  readonly address: number;
}

// vfio_iommu_type1_dirty_pages()
export function dirtyPages(call: RequestCall<Type1>): Result {
  const { target, argument, client } = call;
  if (!target.v2) return -Errno.EACCES;
  const bytes = copyLeast(argument, HEADER, 7);
  if (typeof bytes === "number") return bytes;
  switch (bytes.getUint32(4, true)) {
    case DirtyPagesFlags.START:
      return start(target);
    case DirtyPagesFlags.STOP:
      stop(target);
      return 0;
    case DirtyPagesFlags.GET_BITMAP:
      return getBitmap(target, client, argument, bytes.getUint32(0, true));
    default:
      return -Errno.EINVAL;
  }
}

/** Tracking goes on: a new mapping needs a bitmap. vfio_dma_bitmap_alloc() */
export function allocateBitmap({ granule }: Type1, mapping: DmaMapping): Result {
  const bits = mapping.pages / granule;
  if (bits > MOST_PAGES) return -Errno.EINVAL;
  try {
    mapping.bitmap = new DirtyBitmap(bits);
  } catch {
    return -Errno.ENOMEM;
  }
  return 0;
}

// vfio_dma_bitmap_alloc_all()
function start(type1: Type1): Result {
  if (type1.tracking) return 0;
  for (const mapping of type1.mappings) {
    const allocated = allocateBitmap(type1, mapping);
    if (allocated < 0) {
      stop(type1);
      return allocated;
    }
    markPinned(type1, mapping);
  }
  type1.tracking = true;
  return 0;
}

function stop(type1: Type1): void {
  type1.tracking = false;
  for (const mapping of type1.mappings) mapping.bitmap = undefined;
}

/** What drivers hold is dirty at any time. vfio_dma_populate_bitmap() */
function markPinned({ granule }: Type1, { bitmap, page, driverPins }: DmaMapping): void {
  if (driverPins === undefined) return;
  for (const pinned of driverPins.keys()) {
    bitmap?.set(Math.floor((pinned - page) / granule), 1);
  }
}

function getBitmap(type1: Type1, client: Client, argument: UserArgument, argsz: number): Result {
  if (argsz - HEADER < RANGE_SIZE) return -Errno.EINVAL;
  const copied = argument.read(RANGE_SIZE, HEADER);
  if (copied === undefined) return -Errno.EFAULT;
  const range = viewOf(copied);
  const bitmap = readBitmap(client, argument, HEADER + BITMAP);
  const refusal = checkRange(type1, range, bitmap);
  if (typeof bitmap === "number" || refusal !== 0) return refusal;
  const page = pageOf(range, IOVA);
  const pages = pageOf(range, SIZE);
  if (type1.mappings.bisects(page, pages)) return -Errno.EINVAL;
  return copyRange(type1, bitmap, page, pages);
}

function checkRange(type1: Type1, range: DataView, bitmap: UserBitmap | Result): Result {
  const { machine, granule, tracking } = type1;
  if (machine.profile.wrapErrno === "EOVERFLOW") {
    if (isZero(range, SIZE)) return -Errno.EINVAL;
    if (wraps(range, IOVA, SIZE)) return -Errno.EOVERFLOW;
  } else if (endWraps(range, IOVA, SIZE)) return -Errno.EINVAL;
  if (typeof bitmap === "number") return bitmap;
  if (!bitmapInRange(bitmap, range, SIZE)) return -Errno.EINVAL;
  if (bitmap.pageSize !== granule * PAGE_SIZE) return -Errno.EINVAL;
  if (!isAligned(range, IOVA, granule)) return -Errno.EINVAL;
  if (isZero(range, SIZE) || !isAligned(range, SIZE, granule)) return -Errno.EINVAL;
  return tracking ? 0 : -Errno.EINVAL;
}

// vfio_iova_dirty_bitmap(): after the copy only what drivers hold stays dirty
function copyRange(type1: Type1, user: UserBitmap, page: number, pages: number): Result {
  for (const mapping of type1.mappings) {
    if (mapping.page < page) continue;
    if (mapping.page > page + pages - 1) break;
    const copied = copyBitmap(type1, mapping, user, page);
    if (copied < 0) return copied;
    mapping.bitmap?.clear(0, mapping.pages / type1.granule);
    markPinned(type1, mapping);
  }
  return 0;
}

/**
 * Puts a mapping's bits where they belong in the client's buffer. One that does not begin at a
 * whole word takes over the client's first word, all 64 bits of it, into its own bitmap.
 *
 * update_user_bitmap()
 */
export function copyBitmap(
  type1: Type1,
  mapping: DmaMapping,
  { client, address }: UserBitmap,
  basePage: number,
): Result {
  const { bitmap } = mapping;
  if (bitmap === undefined) return -Errno.EFAULT;
  const bit = (mapping.page - basePage) / type1.granule;
  const shift = bit % 64;
  const at = address + Math.floor(bit / 64) * 8;
  if (type1.nonPinnedGroups > 0 && mapping.iommuMapped) bitmap.set(0, bitmap.bits);
  if (shift > 0) {
    bitmap.shiftLeft(shift, bitmap.bits + shift);
    const leftover = new Uint8Array(8);
    if (!client.memory.read(at, leftover)) return -Errno.EFAULT;
    const word = viewOf(leftover);
    bitmap.orFirst(word.getUint32(0, true), word.getUint32(4, true));
  }
  const bytes = bitmap.bytes(bitmapBytes(bitmap.bits + shift));
  const copied = client.memory.write(at, bytes);
  if (shift > 0 && !type1.machine.quirks.has("type1-stale-dirty-bits")) bitmap.reset();
  return copied ? 0 : -Errno.EFAULT;
}

/** struct vfio_bitmap at an offset, or -EFAULT. */
export function readBitmap(
  client: Client,
  argument: UserArgument,
  offset: number,
): UserBitmap | Result {
  const copied = argument.read(24, offset);
  if (copied === undefined) return -Errno.EFAULT;
  const view = viewOf(copied);
  const number = (at: number) => pageOf(view, at) * PAGE_SIZE + restOf(view, at);
  return { client, pageSize: number(0), size: number(8), address: number(16) };
}

/**
 * Whether a buffer lies in user space and can take the bits of a range: access_ok(), then
 * verify_bitmap_size().
 */
export function bitmapInRange(bitmap: UserBitmap, range: DataView, sizeAt: number): boolean {
  const { pageSize, size, address } = bitmap;
  if (size > USER_END || address > USER_END - size) return false;
  const bits = Math.floor(
    (pageOf(range, sizeAt) * PAGE_SIZE + restOf(range, sizeAt)) / lowestBit(pageSize),
  );
  return bits > 0 && size > 0 && size <= MOST_BYTES && size >= bitmapBytes(bits);
}

/** 1 << __ffs(): the lowest set bit. Nothing is right for 0, and it is refused soon after. */
function lowestBit(value: number): number {
  if (value === 0) return 1;
  let bit = 1;
  while ((value / bit) % 2 === 0) bit *= 2;
  return bit;
}
