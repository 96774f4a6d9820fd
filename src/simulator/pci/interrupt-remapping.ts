/** Entries that the platform has taken before any device of ours. */
const firstFree = 23;

/** The IOMMU's table of interrupts: each message names an entry. Lowest free entries first. */
export class InterruptRemapping {
  readonly #lengths = new Map<number, number>();

  /** Entries one behind the other, aligned to their number (a power of two). */
  allocate(count: number): number {
    let at = Math.ceil(firstFree / count) * count;
    while (this.#overlaps(at, count)) at += count;
    this.#lengths.set(at, count);
    return at;
  }

  free(handle: number): void {
    this.#lengths.delete(handle);
  }

  #overlaps(start: number, count: number): boolean {
    for (const [at, length] of this.#lengths) {
      if (start < at + length && at < start + count) return true;
    }
    return false;
  }
}

/** The address of a message in the remappable format. Intel VT-d, 5.1.2.2 */
export function messageAddress(handle: number): number {
  const remappable = 0x18;
  return (0xfee00000 | ((handle & 0x7fff) << 5) | remappable | ((handle >> 15) << 2)) >>> 0;
}
