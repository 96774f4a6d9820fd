import type { AllocateOptions, Memory } from "../../../src/kernel.js";
import type { Place } from "./argument.js";
import { number } from "./step.js";

/** How memory is to be allocated. */
export type MemoryOptions = AllocateOptions;

/** Memory of the process, with a name for its addresses. */
export class TracedMemory {
  constructor(
    readonly memory: Memory,
    readonly label: string,
  ) {}

  get bytes(): Uint8Array {
    return this.memory.bytes;
  }

  /** The address of a byte of it. */
  at(offset = 0): Place {
    const label = offset === 0 ? this.label : `${this.label}+${number(offset)}`;
    return { address: this.memory.address + BigInt(offset), label };
  }

  free(): void {
    this.memory.free();
  }
}
