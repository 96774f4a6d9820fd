import type { InterruptEvent, InterruptQueue } from "./interrupt-queue.js";

/** Interrupts for a `for await` loop. Leaving the loop leaves the interrupts enabled. */
export class InterruptIterator implements AsyncIterableIterator<InterruptEvent> {
  readonly #queue: InterruptQueue;
  readonly #signal: AbortSignal | undefined;
  #left = false;

  constructor(queue: InterruptQueue, signal: AbortSignal | undefined) {
    this.#queue = queue;
    this.#signal = signal;
  }

  async next(): Promise<IteratorResult<InterruptEvent, undefined>> {
    const value = this.#left ? undefined : await this.#queue.next(this.#signal);
    return value === undefined ? { done: true, value } : { done: false, value };
  }

  async return(): Promise<IteratorResult<InterruptEvent, undefined>> {
    this.#left = true;
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
