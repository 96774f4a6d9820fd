/** Huge pages that the machine has set aside (vm.nr_hugepages), by size in bytes. */
export class HugePages {
  readonly #free = new Map<number, number>();

  constructor(counts: Readonly<Record<number, number>> = {}) {
    for (const [size, count] of Object.entries(counts)) this.#free.set(Number(size), count);
  }

  /** Takes so many; false if there are not enough. */
  take(size: number, count: number): boolean {
    const free = this.#free.get(size) ?? 0;
    if (free < count) return false;
    this.#free.set(size, free - count);
    return true;
  }
}
