import { viewOf } from "../uapi/codec.js";

/** A range of pages that were written, in bytes. */
export interface DirtyRange {
  readonly iova: bigint;
  readonly size: bigint;
}

/** Which pages of a range were written: an iterable of their IOVAs. */
export class DirtyBitmap {
  /** Where the range begins. */
  readonly iova: bigint;
  /** Bytes of one page. */
  readonly pageSize: bigint;
  /** Pages of the range. */
  readonly pages: number;
  readonly #words: DataView;

  /** The bytes have one bit for each page, in words of 64 bits. */
  constructor(facts: { iova: bigint; size: bigint; pageSize: bigint; bytes: Uint8Array }) {
    this.iova = facts.iova;
    this.pageSize = facts.pageSize;
    this.pages = Number(facts.size / facts.pageSize);
    this.#words = viewOf(facts.bytes);
  }

  /** How many pages were written. */
  get count(): number {
    let count = 0;
    for (const { size } of this.ranges()) count += Number(size / this.pageSize);
    return count;
  }

  /** Whether the page at this IOVA was written; false outside of the range. */
  has(iova: bigint): boolean {
    const page = iova < this.iova ? this.pages : Number((iova - this.iova) / this.pageSize);
    return page < this.pages && this.#bit(page);
  }

  /** The IOVAs of the pages that were written, ascending. */
  *[Symbol.iterator](): Generator<bigint> {
    for (const { iova, size } of this.ranges()) {
      for (let at = 0n; at < size; at += this.pageSize) yield iova + at;
    }
  }

  /** Neighbouring pages as one range each, ascending. */
  *ranges(): Generator<DirtyRange> {
    let start = this.#next(0, true);
    while (start < this.pages) {
      const end = this.#next(start, false);
      const iova = this.iova + BigInt(start) * this.pageSize;
      yield { iova, size: BigInt(end - start) * this.pageSize };
      start = this.#next(end, true);
    }
  }

  /** The first page from here on that was written, or was not; whole words are skipped. */
  #next(from: number, written: boolean): number {
    const skip = written ? 0 : 0xffff_ffff;
    let page = from;
    while (page < this.pages) {
      if (page % 32 === 0 && this.#words.getUint32(page / 8, true) === skip) page += 32;
      else if (this.#bit(page) === written) return page;
      else page += 1;
    }
    return this.pages;
  }

  #bit(page: number): boolean {
    return ((this.#words.getUint8(page >>> 3) >>> (page & 7)) & 1) === 1;
  }
}

/** Bytes of the bitmap for so many pages: whole words of 64 bits. */
export function bitmapBytes(size: bigint, pageSize: bigint): number {
  const pages = (size + pageSize - 1n) / pageSize;
  return Number(((pages + 63n) / 64n) * 8n);
}
