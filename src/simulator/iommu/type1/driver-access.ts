import { Errno } from "../../../errno.js";
import type { Client, PinnedPage } from "../../core/client.js";
import { PAGE_SIZE } from "../../core/page.js";
import type { Result } from "../../core/result.js";
import type { IommuGroup } from "../iommu-group.js";
import { type DmaMapping, Prot } from "./mapping.js";
import type { Type1 } from "./type1.js";

// vfio_iommu_type1_pin_pages()
export function pinPages(
  type1: Type1,
  group: IommuGroup,
  page: number,
  count: number,
  prot: number,
): PinnedPage[] | Result {
  if (!type1.v2) return -Errno.EACCES;
  if (type1.invalidVaddrs > 0) return -Errno.EBUSY;
  if (type1.devices.length === 0) return -Errno.EINVAL;
  const pages: PinnedPage[] = [];
  for (let at = page; at < page + count; at += 1) {
    const pinned = pinOne(type1, at, prot);
    if (typeof pinned === "number") {
      unpinPages(type1, page, at - page);
      return pinned;
    }
    pages.push(pinned);
  }
  promote(type1, group);
  return pages;
}

/** vfio_iommu_type1_unpin_pages(): ends at the first page that no mapping has. */
export function unpinPages(type1: Type1, page: number, count: number): void {
  for (let at = page; at < page + count; at += 1) {
    const mapping = type1.mappings.at(at);
    if (mapping === undefined) return;
    unpinOne(type1, mapping, at);
  }
}

function pinOne(type1: Type1, page: number, prot: number): PinnedPage | Result {
  const mapping = type1.mappings.at(page);
  if (mapping === undefined) return -Errno.EINVAL;
  if ((mapping.prot & prot) !== prot) return -Errno.EPERM;
  const there = mapping.driverPins?.get(page);
  if (there !== undefined) {
    there.references += 1;
    return there.page;
  }
  const pinned = pinExternal(type1, mapping, page);
  if (typeof pinned === "number") return pinned;
  mapping.driverPins ??= new Map();
  mapping.driverPins.set(page, { page: pinned, references: 1 });
  mapping.bitmap?.set(Math.floor((page - mapping.page) / type1.granule), 1);
  return pinned;
}

/** Counts the page only while no hardware has counted it. vfio_pin_page_external() */
function pinExternal(type1: Type1, mapping: DmaMapping, page: number): PinnedPage | Result {
  const { owner } = mapping;
  if (!owner.alive) return -Errno.ENODEV;
  const address = (mapping.vaddrPage + page - mapping.page) * PAGE_SIZE;
  const pinned = owner.memory.pin(address, mapping.writable);
  if (pinned === undefined) return -Errno.EFAULT;
  if (pinned.bytes === undefined) {
    pinned.release();
    return -Errno.EINVAL;
  }
  const counted = type1.domains.length === 0 ? mapping.account(1) : 0;
  if (counted < 0) pinned.release();
  return counted < 0 ? counted : pinned;
}

// vfio_unpin_page_external()
function unpinOne(type1: Type1, mapping: DmaMapping, page: number): void {
  const pin = mapping.driverPins?.get(page);
  if (pin === undefined) return;
  pin.references -= 1;
  if (pin.references > 0) return;
  mapping.driverPins?.delete(page);
  pin.page.release();
  if (type1.domains.length === 0) mapping.account(-1);
}

/** A group whose driver pins tells what it dirties from now on. */
function promote(type1: Type1, group: IommuGroup): void {
  const lists = [type1.emulated, ...type1.domains.map(({ groups }) => groups)];
  const attached = lists.flat().find((other) => other.group === group);
  if (attached === undefined || attached.pinnedScope) return;
  attached.pinnedScope = true;
  type1.nonPinnedGroups -= 1;
}

// vfio_iommu_type1_dma_rw(): what was done before an error stays
export function copyByIova(
  type1: Type1,
  current: Client | undefined,
  iova: bigint,
  data: Uint8Array,
  direction: "read" | "write",
): Result {
  if (type1.invalidVaddrs > 0) return -Errno.EBUSY;
  for (let done = 0; done < data.length; ) {
    const part = copyChunk(type1, current, iova + BigInt(done), data.subarray(done), direction);
    if (part < 0) return part;
    done += part;
  }
  return 0;
}

/** As much as one mapping holds: bytes copied. vfio_iommu_type1_dma_rw_chunk() */
function copyChunk(
  type1: Type1,
  current: Client | undefined,
  iova: bigint,
  data: Uint8Array,
  direction: "read" | "write",
): Result {
  const page = Number(BigInt.asUintN(64, iova) >> 12n);
  const mapping = type1.mappings.at(page);
  if (mapping === undefined) return -Errno.EINVAL;
  // A write needs both directions: the kernel asks for READ whatever the copy does.
  const needed = direction === "write" ? Prot.read | Prot.write : Prot.read;
  if ((mapping.prot & needed) !== needed) return -Errno.EPERM;
  if (!mapping.owner.alive) return -Errno.EPERM;
  if (current !== undefined && current !== mapping.owner) return -Errno.EFAULT;
  const offset = (page - mapping.page) * PAGE_SIZE + Number(iova & 0xfffn);
  const part = data.subarray(0, mapping.pages * PAGE_SIZE - offset);
  const { memory } = mapping.owner;
  const address = mapping.vaddrPage * PAGE_SIZE + offset;
  const copied = direction === "write" ? memory.write(address, part) : memory.read(address, part);
  if (!copied) return -Errno.EFAULT;
  if (direction === "write") markDirty(type1, mapping, offset, part.length);
  return part.length;
}

function markDirty(
  { granule }: Type1,
  { bitmap }: DmaMapping,
  offset: number,
  length: number,
): void {
  const size = granule * PAGE_SIZE;
  const first = Math.floor(offset / size);
  bitmap?.set(first, Math.floor((offset + length - 1) / size) - first + 1);
}
