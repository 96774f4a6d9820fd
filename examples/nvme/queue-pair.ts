import type { DmaMemory, EnabledInterrupts, Region, Vfio } from "node-vfio";
import { doorbells } from "./registers.js";

/** A command: what to do, with which namespace, where its data is, and dwords 10 and 11, 12. */
export interface Command {
  opcode: number;
  namespace?: number;
  data?: bigint;
  words?: readonly number[];
}

/** What a pair of queues needs. */
export interface QueueFacts {
  /** 0 is the admin queue. */
  id: number;
  bar: Region;
  doorbellStride: number;
  interrupts: EnabledInterrupts;
}

const PAGE = 4096;

/** A submission queue and the completion queue that answers it, in memory that both sides see. */
export class QueuePair {
  readonly entries = 16;
  /** Addresses for the controller. */
  readonly submission: bigint;
  readonly completion: bigint;
  readonly #facts: QueueFacts;
  readonly #memory: DmaMemory;
  #tail = 0;
  #head = 0;
  #phase = 1;
  #nextId = 0;

  constructor(vfio: Vfio, facts: QueueFacts) {
    this.#facts = facts;
    this.#memory = vfio.allocate(2 * PAGE);
    this.submission = vfio.dma.map(this.#memory).iova;
    this.completion = this.submission + BigInt(PAGE);
  }

  /** Carries a command out: the vector whose interrupt announced that it is done. */
  async execute(command: Command): Promise<number> {
    const id = this.#submit(command);
    for (;;) {
      const { vector } = await this.#facts.interrupts.once();
      const done = this.#complete();
      if (done === undefined) continue;
      if (done.id !== id || done.status !== 0) {
        throw new Error(`opcode ${command.opcode}: status 0x${done.status.toString(16)}`);
      }
      return vector;
    }
  }

  /** 64 bytes at the queue's tail, then the doorbell: the controller fetches them. */
  #submit({ opcode, namespace = 0, data = 0n, words = [] }: Command): number {
    const id = this.#nextId++ & 0xffff;
    const { view, bytes } = this.#memory;
    const at = this.#tail * 64;
    bytes.fill(0, at, at + 64);
    view.setUint8(at, opcode);
    view.setUint16(at + 2, id, true);
    view.setUint32(at + 4, namespace, true);
    view.setBigUint64(at + 24, data, true);
    for (const [index, word] of words.entries()) view.setUint32(at + 40 + 4 * index, word, true);
    this.#tail = (this.#tail + 1) % this.entries;
    this.#ring(0, this.#tail);
    return id;
  }

  /** 16 bytes at the queue's head. They are new if their phase bit is that of this round. */
  #complete(): { id: number; status: number } | undefined {
    const { view } = this.#memory;
    const at = PAGE + this.#head * 16;
    const word = view.getUint16(at + 14, true);
    if ((word & 1) !== this.#phase) return undefined;
    const id = view.getUint16(at + 12, true);
    this.#head = (this.#head + 1) % this.entries;
    if (this.#head === 0) this.#phase ^= 1;
    this.#ring(1, this.#head);
    return { id, status: word >> 1 };
  }

  #ring(which: 0 | 1, value: number): void {
    const { id, bar, doorbellStride } = this.#facts;
    bar.write32(doorbells + (2 * id + which) * (4 << doorbellStride), value);
  }
}
