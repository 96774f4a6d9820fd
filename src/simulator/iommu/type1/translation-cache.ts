import type { PinnedSpan } from "../../core/client.js";
import { PAGE_SIZE } from "../../core/page.js";
import type { DmaMapping } from "./mapping.js";

/** Entries, a power of two. */
const ENTRIES = 1024;

/** A page that a device has reached: its mapping, and its bytes. */
export interface CachedPage {
  readonly page: number;
  readonly mapping: DmaMapping;
  /** What was pinned when it was reached: another list means that it is pinned no more. */
  readonly spans: readonly PinnedSpan[];
  readonly bytes: Uint8Array;
}

/** An IOTLB: the pages of memory that devices have reached last, without a look at the mappings. */
export class TranslationCache {
  readonly #entries: (CachedPage | undefined)[] = Array.from({ length: ENTRIES });

  /** The page, if it was reached before and is still mapped. */
  get(page: number): CachedPage | undefined {
    const entry = this.#entries[page & (ENTRIES - 1)];
    if (entry === undefined || entry.page !== page) return undefined;
    return entry.mapping.spans === entry.spans ? entry : undefined;
  }

  /** Remembers a page of a mapping; undefined where it is no memory. */
  add(page: number, mapping: DmaMapping): CachedPage | undefined {
    const at = mapping.spanOf(page);
    if (at?.span.bytes === undefined) return undefined;
    const bytes = at.span.bytes.subarray(at.offset, at.offset + PAGE_SIZE);
    const entry = { page, mapping, spans: mapping.spans, bytes };
    this.#entries[page & (ENTRIES - 1)] = entry;
    return entry;
  }
}
