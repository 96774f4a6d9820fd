import type { Memory } from "../../kernel.js";
import type { AddressSpace } from "./address-space.js";
import type { MemoryArea } from "./memory-area.js";

const nothing = new Uint8Array(0);

/** RAM that a simulated process has allocated. */
export class SimulatedMemory implements Memory {
  readonly address: bigint;
  readonly length: number;
  #bytes: Uint8Array<ArrayBuffer>;
  #freed = false;

  constructor(
    readonly area: MemoryArea,
    bytes: Uint8Array<ArrayBuffer>,
    readonly space: AddressSpace,
  ) {
    this.address = BigInt(area.start);
    this.length = area.length;
    this.#bytes = bytes;
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes;
  }

  get freed(): boolean {
    return this.#freed;
  }

  free(): void {
    if (this.#freed) return;
    this.#freed = true;
    this.#bytes = nothing;
    this.space.free(this.area);
  }
}
