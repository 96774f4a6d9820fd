import { Errno } from "../../../errno.js";
import { DmaMapFlags } from "../../../uapi/flags.js";
import type { Client } from "../../core/client.js";
import type { RequestCall } from "../../core/request-table.js";
import type { Result } from "../../core/result.js";
import { allocateBitmap } from "./dirty-pages.js";
import { DmaMapping, Prot } from "./mapping.js";
import { isAligned, isZero, pageOf, wraps } from "./page-number.js";
import { pinMapping, unpinMapping } from "./pin.js";
import type { Type1 } from "./type1.js";

const VADDR = 8;
const IOVA = 16;
const SIZE = 24;

// vfio_iommu_type1_map_dma(), vfio_dma_do_map()
export function mapDma({ target, client, bytes }: RequestCall<Type1>): Result {
  const refusal = checkRequest(target, bytes);
  if (refusal !== 0) return refusal;
  const page = pageOf(bytes, IOVA);
  const pages = pageOf(bytes, SIZE);
  const vaddrPage = pageOf(bytes, VADDR);
  const flags = bytes.getUint32(4, true);
  if ((flags & DmaMapFlags.VADDR) !== 0) {
    return updateVaddr(target, client, page, pages, vaddrPage);
  }
  if (target.mappings.findOverlap(page, pages) !== undefined) return -Errno.EEXIST;
  if (target.available === 0) return -Errno.ENOSPC;
  if (!inRanges(target, page, pages)) return -Errno.EINVAL;
  const failed = target.machine.faults.allocation(client);
  if (failed < 0) return failed;
  const lockCap = client.capable("CAP_IPC_LOCK");
  const prot = flags & (Prot.read | Prot.write);
  return add(target, client, new DmaMapping(page, pages, vaddrPage, prot, client, lockCap));
}

function checkRequest({ machine, granule }: Type1, bytes: DataView): Result {
  const { wrapErrno } = machine.profile;
  const wrapped = wraps(bytes, IOVA, SIZE) || wraps(bytes, VADDR, SIZE);
  // 7.2 looks at the numbers before it looks at the flags.
  if (wrapErrno === "EOVERFLOW") {
    if (isZero(bytes, SIZE)) return -Errno.EINVAL;
    if (wrapped) return -Errno.EOVERFLOW;
  }
  const flags = bytes.getUint32(4, true);
  const setsVaddr = (flags & DmaMapFlags.VADDR) !== 0;
  const directions = (flags & (DmaMapFlags.READ | DmaMapFlags.WRITE)) !== 0;
  if (setsVaddr === directions) return -Errno.EINVAL;
  if (isZero(bytes, SIZE)) return -Errno.EINVAL;
  if (!isAligned(bytes, SIZE, granule) || !isAligned(bytes, IOVA, granule)) return -Errno.EINVAL;
  if (!isAligned(bytes, VADDR, granule)) return -Errno.EINVAL;
  return wrapped ? -Errno.EINVAL : 0;
}

/** The VADDR flag: gives an invalidated mapping a new address. */
function updateVaddr(
  type1: Type1,
  client: Client,
  page: number,
  pages: number,
  vaddrPage: number,
): Result {
  const mapping = type1.mappings.findOverlap(page, pages);
  if (mapping === undefined) return -Errno.ENOENT;
  if (!mapping.vaddrInvalid || mapping.page !== page || mapping.pages !== pages) {
    return -Errno.EINVAL;
  }
  const changed = mapping.changeOwner(client);
  if (changed < 0) return changed;
  mapping.vaddrPage = vaddrPage;
  mapping.vaddrInvalid = false;
  type1.invalidVaddrs -= 1;
  return 0;
}

// vfio_iommu_iova_dma_valid()
function inRanges({ ranges }: Type1, page: number, pages: number): boolean {
  if (ranges.length === 0) return true;
  for (const range of ranges) {
    if (page >= range.firstPage && page + pages <= range.endPage) return true;
  }
  return false;
}

function add(type1: Type1, client: Client, mapping: DmaMapping): Result {
  if (type1.domains.length > 0) {
    const pinned = pinMapping(mapping, client);
    if (pinned < 0) return pinned;
  }
  if (type1.tracking) {
    const allocated = allocateBitmap(type1, mapping);
    if (allocated < 0) {
      unpinMapping(mapping, true);
      return allocated;
    }
  }
  type1.available -= 1;
  type1.mappings.add(mapping);
  return 0;
}
