import { viewOf } from "../../../uapi/codec.js";
import type { ChipBus } from "../../pci/chip.js";
import { adminCommand } from "./admin.js";
import { type Command, decodeCommand, entrySize } from "./command.js";
import { Features } from "./features.js";
import { ioCommand } from "./io.js";
import type { Namespace } from "./namespace.js";
import { type CompletionQueue, isFull, type SubmissionQueue } from "./queues.js";
import { ShadowDoorbells } from "./shadow-doorbells.js";
import type { Outcome } from "./status.js";

/** What has gone through since power-on, for the health log. */
export interface Counters {
  blocksRead: number;
  blocksWritten: number;
  reads: number;
  writes: number;
}

/** Asynchronous event requests that may wait. */
export const mostEventRequests = 4;

/** An NVMe controller while it is enabled: queues, and the commands in them. */
export class Controller {
  readonly bus: ChipBus;
  readonly features = new Features();
  readonly submissions = new Map<number, SubmissionQueue>();
  readonly completions = new Map<number, CompletionQueue>();
  readonly counters: Counters = { blocksRead: 0, blocksWritten: 0, reads: 0, writes: 0 };
  readonly doorbells: ShadowDoorbells;
  /** Commands that wait for an event. */
  eventRequests: Command[] = [];
  /** Bytes of a memory page: CC.MPS. */
  pageSize = 4096;
  /** The interrupt line's sources, one bit for each vector. */
  irqStatus = 0;
  readonly #vectorUsers = new Map<number, number>();
  readonly #interruptsChanged: () => void;

  constructor(
    bus: ChipBus,
    readonly serial: string,
    readonly namespace: Namespace | undefined,
    /** Bits of `irqStatus` have changed. */
    interruptsChanged: () => void,
  ) {
    this.bus = bus;
    this.doorbells = new ShadowDoorbells(bus);
    this.#interruptsChanged = interruptsChanged;
  }

  /** Everything in flight is forgotten. */
  reset(): void {
    this.submissions.clear();
    this.completions.clear();
    this.eventRequests = [];
    this.doorbells.disable();
    this.irqStatus = 0;
    this.#vectorUsers.clear();
    this.#interruptsChanged();
  }

  addCompletionQueue(queue: Omit<CompletionQueue, "users" | "head" | "tail" | "phase">): void {
    // QEMU lets a vector fire only if messages were on when its queue was made.
    if (this.bus.msixEnabled) this.#useVector(queue.vector, 1);
    this.completions.set(queue.id, { ...queue, users: 0, head: 0, tail: 0, phase: 1 });
  }

  removeCompletionQueue(queue: CompletionQueue): void {
    this.#settle(queue);
    if (this.bus.msixEnabled) this.#useVector(queue.vector, -1);
    this.completions.delete(queue.id);
  }

  addSubmissionQueue(queue: Omit<SubmissionQueue, "head" | "tail">): void {
    queue.completions.users += 1;
    this.submissions.set(queue.id, { ...queue, head: 0, tail: 0 });
  }

  removeSubmissionQueue(queue: SubmissionQueue): void {
    queue.completions.users -= 1;
    this.submissions.delete(queue.id);
  }

  /** The host has put commands into a queue. */
  ringSubmission(id: number, tail: number): void {
    const queue = this.submissions.get(id);
    if (queue === undefined || tail >= queue.size) return;
    queue.tail = tail;
    this.#process(queue);
  }

  /** The host has taken completions out of a queue. */
  ringCompletion(id: number, head: number): void {
    const queue = this.completions.get(id);
    if (queue === undefined || head >= queue.size) return;
    const wasFull = isFull(queue);
    queue.head = head;
    if (wasFull) this.#processAll(queue);
    if (queue.tail === queue.head) this.#settle(queue);
  }

  /** Ends a command that has waited. */
  complete(queue: SubmissionQueue, { id }: Command, { status, result = 0 }: Outcome): void {
    const { completions } = queue;
    const entry = new Uint8Array(entrySize.completion);
    const view = viewOf(entry);
    view.setUint32(0, result, true);
    view.setUint16(8, queue.head, true);
    view.setUint16(10, queue.id, true);
    view.setUint16(12, id, true);
    view.setUint16(14, ((status << 1) | completions.phase) & 0xffff, true);
    this.bus.dmaWrite(completions.address + completions.tail * entry.length, entry);
    completions.tail = (completions.tail + 1) % completions.size;
    if (completions.tail === 0) completions.phase = completions.phase === 1 ? 0 : 1;
    this.#interrupt(completions);
  }

  #processAll(completions: CompletionQueue): void {
    for (const queue of this.submissions.values()) {
      if (queue.completions === completions) this.#process(queue);
    }
  }

  #process(queue: SubmissionQueue): void {
    const { completions } = queue;
    if (queue.id > 0) this.doorbells.update(queue);
    while (queue.head !== queue.tail && !isFull(completions)) {
      const bytes = new Uint8Array(entrySize.submission);
      this.bus.dmaRead(queue.address + queue.head * bytes.length, bytes);
      queue.head = (queue.head + 1) % queue.size;
      const command = decodeCommand(bytes);
      const outcome = queue.id === 0 ? adminCommand(this, command) : ioCommand(this, command);
      if (outcome === undefined) this.eventRequests.push(command);
      else this.complete(queue, command, outcome);
      if (queue.id > 0) this.doorbells.update(queue);
    }
  }

  #interrupt({ interrupts, vector }: CompletionQueue): void {
    if (!interrupts) return;
    if (this.bus.msixEnabled) {
      if ((this.#vectorUsers.get(vector) ?? 0) > 0) this.bus.sendMsix(vector);
      return;
    }
    this.irqStatus |= 1 << vector;
    this.#interruptsChanged();
  }

  /** All completions have been taken: the line has one reason less. */
  #settle({ interrupts, vector }: CompletionQueue): void {
    if (!interrupts || this.bus.msixEnabled) return;
    this.irqStatus &= ~(1 << vector);
    this.#interruptsChanged();
  }

  #useVector(vector: number, change: number): void {
    this.#vectorUsers.set(vector, Math.max(0, (this.#vectorUsers.get(vector) ?? 0) + change));
  }
}
