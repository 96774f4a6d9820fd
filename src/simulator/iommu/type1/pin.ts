import { Errno } from "../../../errno.js";
import type { Client, PinnedSpan } from "../../core/client.js";
import { PAGE_SIZE } from "../../core/page.js";
import type { Result } from "../../core/result.js";
import { lockedPages, lockLimit } from "./locked-memory.js";
import type { DmaMapping } from "./mapping.js";

/**
 * Pins a mapping for the hardware, from the memory of whoever makes the call, and counts its pages
 * against the owner's limit. Nothing stays pinned when it fails.
 *
 * vfio_pin_map_dma(), vfio_pin_pages_remote()
 */
export function pinMapping(mapping: DmaMapping, current: Client): Result {
  let done = 0;
  mapping.spans = [];
  while (done < mapping.pages) {
    const address = (mapping.vaddrPage + done) * PAGE_SIZE;
    const span = current.memory.pinSpan(address, mapping.pages - done, mapping.writable);
    const counted = span === undefined ? -Errno.EFAULT : countSpan(mapping, current, span, done);
    if (span === undefined || counted < 0) {
      span?.release();
      unpinMapping(mapping, true);
      return counted;
    }
    mapping.spans.push(span);
    done += span.pages;
  }
  mapping.iommuMapped = true;
  return 0;
}

/** Lets the hardware's pages go; pages that drivers hold stay counted. vfio_unmap_unpin() */
export function unpinMapping(mapping: DmaMapping, accounting: boolean): void {
  mapping.iommuMapped = false;
  if (mapping.spans.length === 0) return;
  let unlocked = 0;
  let page = mapping.page;
  for (const span of mapping.spans) {
    unlocked += countable(mapping, span, page);
    page += span.pages;
    span.release();
  }
  mapping.spans = [];
  if (accounting) mapping.account(-unlocked);
}

function countSpan(mapping: DmaMapping, current: Client, span: PinnedSpan, offset: number): Result {
  const pages = countable(mapping, span, mapping.page + offset);
  if (!mapping.lockCap && lockedPages(current) + pages > lockLimit(current)) return -Errno.ENOMEM;
  return mapping.account(pages);
}

/** Device memory does not count, nor do pages that drivers hold: they are counted already. */
function countable(mapping: DmaMapping, span: PinnedSpan, page: number): number {
  if (span.bytes === undefined) return 0;
  const { driverPins } = mapping;
  if (driverPins === undefined || driverPins.size === 0) return span.pages;
  let pages = 0;
  for (let at = page; at < page + span.pages; at += 1) if (!driverPins.has(at)) pages += 1;
  return pages;
}
