import type { Bar } from "./bar.js";

/** Where the firmware puts BARs that nobody has placed: one behind the other, naturally aligned. */
export class BusAddresses {
  #memory = 0xe000_0000;
  #ports = 0xe000;

  take({ size, space }: Bar): number {
    if (space === "memory") return this.takeMemory(size);
    const at = align(this.#ports, size);
    this.#ports = at + size;
    return at;
  }

  takeMemory(size: number): number {
    const at = align(this.#memory, Math.max(size, 0x1000));
    this.#memory = at + size;
    return at;
  }
}

function align(address: number, to: number): number {
  return Math.ceil(address / to) * to;
}
