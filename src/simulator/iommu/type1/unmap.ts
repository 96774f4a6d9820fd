import { Errno } from "../../../errno.js";
import { DmaUnmapFlags } from "../../../uapi/flags.js";
import { PAGE_SIZE } from "../../core/page.js";
import type { RequestCall } from "../../core/request-table.js";
import type { Result } from "../../core/result.js";
import { bitmapInRange, copyBitmap, readBitmap, type UserBitmap } from "./dirty-pages.js";
import type { DmaMapping } from "./mapping.js";
import { ALL_PAGES, isAligned, isZero, pageOf, wraps, writePages } from "./page-number.js";
import type { Type1 } from "./type1.js";

const IOVA = 8;
const SIZE = 16;
const LEAST_SIZE = 24;
const BITMAP = LEAST_SIZE;

/** Notices without effect after which the kernel gives up with a BUG. */
const MOST_RETRIES = 10;

/** What an UNMAP_DMA is about. */
interface UnmapRequest {
  readonly type1: Type1;
  readonly all: boolean;
  readonly page: number;
  readonly pages: number;
  readonly bitmap: UserBitmap | undefined;
}

// vfio_iommu_type1_unmap_dma()
export function unmapDma(call: RequestCall<Type1>): Result {
  const { target, argument, bytes, argsz } = call;
  const flags = bytes.getUint32(4, true);
  const wantsBitmap = (flags & DmaUnmapFlags.GET_DIRTY_BITMAP) !== 0;
  const all = (flags & DmaUnmapFlags.ALL) !== 0;
  const invalidates = (flags & DmaUnmapFlags.VADDR) !== 0;
  if (wantsBitmap && (all || invalidates)) return -Errno.EINVAL;
  let bitmap: UserBitmap | undefined;
  if (wantsBitmap) {
    if (argsz < BITMAP + 24) return -Errno.EINVAL;
    const read = readBitmap(call.client, argument, BITMAP);
    if (typeof read === "number") return read;
    if (!bitmapInRange(read, bytes, SIZE)) return -Errno.EINVAL;
    bitmap = read;
  }
  const refusal = checkRange(target, bytes, { all, invalidates, bitmap });
  if (refusal !== 0) return refusal;
  const pages = all ? ALL_PAGES : pageOf(bytes, SIZE);
  const request = { type1: target, all, page: pageOf(bytes, IOVA), pages, bitmap };
  if (target.v2 && !all && target.mappings.bisects(request.page, pages)) return -Errno.EINVAL;
  const unmapped = invalidates ? invalidate(request) : removeRange(request);
  if (unmapped < 0) return unmapped;
  writePages(bytes, SIZE, unmapped);
  const answer = new Uint8Array(bytes.buffer, bytes.byteOffset, LEAST_SIZE);
  return argument.write(answer) ? 0 : -Errno.EFAULT;
}

// vfio_dma_do_unmap(), what it checks before it looks at mappings
function checkRange(
  type1: Type1,
  bytes: DataView,
  {
    all,
    invalidates,
    bitmap,
  }: { all: boolean; invalidates: boolean; bitmap?: UserBitmap | undefined },
): Result {
  const { granule, machine } = type1;
  if (invalidates && type1.emulated.length > 0) return -Errno.EBUSY;
  if (!isAligned(bytes, IOVA, granule)) return -Errno.EINVAL;
  if (all) {
    if (!isZero(bytes, IOVA) || !isZero(bytes, SIZE)) return -Errno.EINVAL;
  } else {
    if (isZero(bytes, SIZE) || !isAligned(bytes, SIZE, granule)) return -Errno.EINVAL;
    if (wraps(bytes, IOVA, SIZE)) return -Errno[machine.profile.wrapErrno];
  }
  if (bitmap === undefined) return 0;
  return type1.tracking && bitmap.pageSize === granule * PAGE_SIZE ? 0 : -Errno.EINVAL;
}

/** The first mapping of the range, as the kernel walks them. */
function firstOf(request: UnmapRequest): DmaMapping | undefined {
  const { type1, all, page, pages } = request;
  const { mappings } = type1;
  // Where searches wrap, the end of a range that ends at 2^64 is 0; ALL is one byte shorter.
  if (mappings.topOfSpaceBug && !all && page + pages === ALL_PAGES) return undefined;
  return inside(request, mappings.firstFrom(page));
}

function nextOf(request: UnmapRequest, mapping: DmaMapping): DmaMapping | undefined {
  return inside(request, request.type1.mappings.next(mapping));
}

/** The walk ends behind the range, and in v1 at a mapping that begins before it. */
function inside(
  { type1, page, pages }: UnmapRequest,
  mapping: DmaMapping | undefined,
): DmaMapping | undefined {
  if (mapping === undefined || mapping.page >= page + pages) return undefined;
  return type1.v2 || mapping.page >= page ? mapping : undefined;
}

/** The VADDR flag: pages unmapped, or EINVAL with all marks of this call taken back. */
function invalidate(request: UnmapRequest): Result {
  const marked: DmaMapping[] = [];
  let pages = 0;
  for (let mapping = firstOf(request); mapping; mapping = nextOf(request, mapping)) {
    if (mapping.vaddrInvalid) {
      for (const other of marked) other.vaddrInvalid = false;
      request.type1.invalidVaddrs -= marked.length;
      return -Errno.EINVAL;
    }
    mapping.vaddrInvalid = true;
    request.type1.invalidVaddrs += 1;
    marked.push(mapping);
    pages += mapping.pages;
  }
  return pages;
}

function removeRange(request: UnmapRequest): Result {
  const { type1, bitmap, page } = request;
  let pages = 0;
  let mapping = firstOf(request);
  while (mapping !== undefined) {
    releaseDriverPins(type1, mapping);
    const next = nextOf(request, mapping);
    if (bitmap !== undefined) {
      const copied = copyBitmap(type1, mapping, bitmap, page);
      if (copied < 0) return copied;
    }
    pages += mapping.pages;
    type1.remove(mapping);
    mapping = next;
  }
  return pages;
}

// vfio_notify_dma_unmap(): drivers must unpin what they hold of it
function releaseDriverPins(type1: Type1, mapping: DmaMapping): void {
  for (let notices = 0; mapping.pinnedByDrivers; notices += 1) {
    if (notices > MOST_RETRIES) {
      throw new Error("a driver did not unpin its pages when told to: a BUG in the real kernel");
    }
    const iova = BigInt(mapping.page) * BigInt(PAGE_SIZE);
    const length = BigInt(mapping.pages) * BigInt(PAGE_SIZE);
    for (const device of [...type1.devices]) device.ops.dmaUnmap?.(iova, length);
  }
}
