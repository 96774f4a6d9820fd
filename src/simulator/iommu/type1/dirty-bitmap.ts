/** Most pages that a bitmap may have: INT_MAX (DIRTY_BITMAP_PAGES_MAX). */
export const MOST_PAGES = 0x7fff_ffff;

/** Bytes of the largest bitmap: 256 MiB (DIRTY_BITMAP_SIZE_MAX). */
export const MOST_BYTES = 0x1000_0000;

/** Bytes that so many bits take, in whole 64-bit words (DIRTY_BITMAP_BYTES). */
export function bitmapBytes(bits: number): number {
  return Math.ceil(bits / 64) * 8;
}

/**
 * A mapping's dirty bits as the kernel holds them: 64-bit words, one more than needed, which is
 * where bits go when the bitmap is shifted to its place in a client's buffer.
 */
export class DirtyBitmap {
  readonly #words: Uint32Array;
  readonly bits: number;

  constructor(bits: number) {
    this.bits = bits;
    this.#words = new Uint32Array(bitmapBytes(bits) / 4 + 2);
  }

  set(from: number, count: number): void {
    const words = this.#words;
    eachWord(from, count, (word, mask) => {
      words[word] = (words[word] as number) | mask;
    });
  }

  clear(from: number, count: number): void {
    const words = this.#words;
    eachWord(from, count, (word, mask) => {
      words[word] = (words[word] as number) & ~mask;
    });
  }

  /** bitmap_shift_left() in place over so many bits: whole words move, none is masked. */
  shiftLeft(shift: number, bits: number): void {
    const words = this.#words;
    const skip = shift >>> 5;
    const rest = shift & 31;
    for (let word = bitmapBytes(bits) / 4 - 1; word >= 0; word -= 1) {
      const upper = words[word - skip] ?? 0;
      const lower = rest === 0 ? 0 : (words[word - skip - 1] ?? 0) >>> (32 - rest);
      words[word] = (upper << rest) | lower;
    }
  }

  /** No bit is set. */
  reset(): void {
    this.#words.fill(0);
  }

  /** Takes over bits of the first 64-bit word. */
  orFirst(low: number, high: number): void {
    this.#words[0] = (this.#words[0] as number) | low;
    this.#words[1] = (this.#words[1] as number) | high;
  }

  /** The leading bytes. A view, not a copy. */
  bytes(length: number): Uint8Array {
    return new Uint8Array(this.#words.buffer, 0, length);
  }
}

function eachWord(from: number, count: number, run: (word: number, mask: number) => void): void {
  const end = from + count;
  for (let bit = from; bit < end; ) {
    const offset = bit & 31;
    const here = Math.min(32 - offset, end - bit);
    run(bit >>> 5, here === 32 ? -1 : ((1 << here) - 1) << offset);
    bit += here;
  }
}
