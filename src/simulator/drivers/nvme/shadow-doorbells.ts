import { viewOf } from "../../../uapi/codec.js";
import type { ChipBus } from "../../pci/chip.js";
import type { SubmissionQueue } from "./queues.js";

/** Doorbells in memory, for hosts that want fewer of them in registers (Doorbell Buffer Config). */
export class ShadowDoorbells {
  readonly #bus: ChipBus;
  #doorbells: number | undefined;
  #eventIndices = 0;

  constructor(bus: ChipBus) {
    this.#bus = bus;
  }

  enable(doorbells: number, eventIndices: number): void {
    this.#doorbells = doorbells;
    this.#eventIndices = eventIndices;
  }

  disable(): void {
    this.#doorbells = undefined;
  }

  /** Takes the tail of a queue from memory, and tells from where on to ring the real bell. */
  update(queue: SubmissionQueue): void {
    if (this.#doorbells === undefined) return;
    const word = new Uint8Array(4);
    const view = viewOf(word);
    view.setUint32(0, queue.tail, true);
    this.#bus.dmaWrite(this.#eventIndices + 8 * queue.id, word);
    this.#bus.dmaRead(this.#doorbells + 8 * queue.id, word);
    const tail = view.getUint32(0, true);
    if (tail < queue.size) queue.tail = tail;
  }
}
