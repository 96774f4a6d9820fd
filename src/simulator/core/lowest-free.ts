/** Numbers from 0 on, the lowest free one first: the kernel's ida. */
export class LowestFree {
  readonly #taken = new Set<number>();

  take(): number {
    let number = 0;
    while (this.#taken.has(number)) number += 1;
    this.#taken.add(number);
    return number;
  }

  giveBack(number: number): void {
    this.#taken.delete(number);
  }
}
