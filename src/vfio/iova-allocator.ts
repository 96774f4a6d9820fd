import type { IovaRange } from "./iommu-info.js";

/** Where IOVAs are looked for: below 1 MiB lie too many mistakes, 0 is the worst. */
const LOWEST = 0x10_0000n;

/** What is wanted of an IOVA. All in bytes. */
export interface IovaRequest {
  size: bigint;
  /** A power of two. */
  alignment: bigint;
  /** The last byte must be below this. */
  limit: bigint;
}

/**
 * Finds room in an I/O address space: the lowest that fits, for devices that reach only low
 * addresses are many. It knows what is taken and what can be used, nothing else.
 */
export class IovaAllocator {
  /** Taken ranges, sorted; neighbours are merged, so there are few. */
  #taken: { start: bigint; end: bigint }[] = [];

  /** Marks a range as taken; both ends belong to it. */
  take(start: bigint, end: bigint): void {
    const taken = this.#taken;
    const at = this.#firstEndingAt(start - 1n);
    let last = at;
    let [low, high] = [start, end];
    for (let range = taken[last]; range && range.start <= end + 1n; range = taken[++last]) {
      if (range.start < low) low = range.start;
      if (range.end > high) high = range.end;
    }
    taken.splice(at, last - at, { start: low, end: high });
  }

  /** Gives a range back. */
  free(start: bigint, end: bigint): void {
    const taken = this.#taken;
    const at = this.#firstEndingAt(start);
    const kept: { start: bigint; end: bigint }[] = [];
    let last = at;
    for (let range = taken[last]; range && range.start <= end; range = taken[++last]) {
      if (range.start < start) kept.push({ start: range.start, end: start - 1n });
      if (range.end > end) kept.push({ start: end + 1n, end: range.end });
    }
    taken.splice(at, last - at, ...kept);
  }

  clear(): void {
    this.#taken = [];
  }

  /** The lowest IOVA that is free in these ranges; undefined if there is none. */
  find({ size, alignment, limit }: IovaRequest, usable: readonly IovaRange[]): bigint | undefined {
    for (const { start, end } of usable) {
      const last = end < limit ? end : limit - 1n;
      let candidate = alignUp(start > LOWEST ? start : LOWEST, alignment);
      let at = this.#firstEndingAt(candidate);
      while (candidate + size - 1n <= last) {
        const range = this.#taken[at++];
        if (range === undefined || candidate + size <= range.start) return candidate;
        candidate = alignUp(range.end + 1n, alignment);
      }
    }
    return undefined;
  }

  /** Index of the first taken range that ends at or above this. */
  #firstEndingAt(address: bigint): number {
    let low = 0;
    let high = this.#taken.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#taken[middle]!.end < address) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function alignUp(value: bigint, alignment: bigint): bigint {
  return (value + alignment - 1n) & -alignment;
}
