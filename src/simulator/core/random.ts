/** Seeded random numbers (mulberry32): the same seed gives the same machine, run after run. */
export class SeededRandom {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A number from 0 to 2^32 - 1. */
  u32(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  /** A number from 0 to 255. */
  byte(): number {
    return this.u32() & 0xff;
  }

  /** Fills the target with random bytes. */
  fill(target: Uint8Array): void {
    for (let at = 0; at < target.length; at += 1) target[at] = this.byte();
  }
}
