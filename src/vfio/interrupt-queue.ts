/** An interrupt that happened: which vector of the index, and how often since the last time. */
export interface InterruptEvent {
  readonly vector: number;
  readonly count: number;
}

/** What a queue tells its owner. */
export interface QueueOwner {
  /** Somebody wants the next event and there is none yet. */
  wanted(): void;
  /** There is somebody who waits, or nobody any more: the event loop is to be held, or not. */
  waiting(anybody: boolean): void;
}

interface Waiter {
  resolve(event: InterruptEvent | undefined): void;
  reject(reason: unknown): void;
}

/**
 * Interrupts between the kernel and those who wait for them. Counts are never lost: what nobody
 * waits for is added up, vector by vector, until somebody asks.
 */
export class InterruptQueue {
  readonly #owner: QueueOwner;
  readonly #pending = new Map<number, number>();
  readonly #waiters = new Set<Waiter>();
  /** Listeners, and whether they hold the event loop. */
  readonly #listeners = new Map<(event: InterruptEvent) => void, boolean>();
  #closed = false;

  constructor(owner: QueueOwner) {
    this.#owner = owner;
  }

  /** The kernel has signaled. */
  push(vector: number, count: number): void {
    if (this.#closed) return;
    const [waiter] = this.#waiters;
    if (waiter === undefined && this.#listeners.size === 0) {
      this.#pending.set(vector, (this.#pending.get(vector) ?? 0) + count);
      return;
    }
    const event = { vector, count };
    if (waiter !== undefined) {
      this.#settle(waiter);
      waiter.resolve(event);
    }
    for (const listener of [...this.#listeners.keys()]) {
      if (this.#listeners.has(listener)) tell(listener, event);
    }
  }

  /** What happened and nobody has asked for, oldest vector first. */
  take(): InterruptEvent | undefined {
    for (const [vector, count] of this.#pending) {
      this.#pending.delete(vector);
      return { vector, count };
    }
    return undefined;
  }

  /**
   * The next event; undefined once the queue is closed.
   *
   * @throws the signal's reason when it aborts
   */
  next(signal?: AbortSignal | undefined): Promise<InterruptEvent | undefined> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.#closed) return Promise.resolve(undefined);
    const there = this.take();
    if (there !== undefined) return Promise.resolve(there);
    return new Promise((resolve, reject) => this.#wait({ resolve, reject }, signal));
  }

  /** Calls the listener with every event, those that waited included. Returns what ends it. */
  listen(listener: (event: InterruptEvent) => void, holds = true): () => void {
    if (this.#closed) return () => {};
    this.#listeners.set(listener, holds);
    this.#changed();
    for (let event = this.take(); event !== undefined; event = this.take()) tell(listener, event);
    this.#owner.wanted();
    return () => {
      this.#listeners.delete(listener);
      this.#changed();
    };
  }

  /** Nothing will come any more: those who wait are told so. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    const waiters = [...this.#waiters];
    this.#waiters.clear();
    this.#listeners.clear();
    this.#owner.waiting(false);
    for (const waiter of waiters) waiter.resolve(undefined);
  }

  #wait(waiter: Waiter, signal: AbortSignal | undefined): void {
    const abort = () => {
      this.#settle(entry);
      waiter.reject(signal?.reason);
    };
    const entry: Waiter = {
      resolve: (event) => {
        signal?.removeEventListener("abort", abort);
        waiter.resolve(event);
      },
      reject: waiter.reject,
    };
    signal?.addEventListener("abort", abort, { once: true });
    this.#waiters.add(entry);
    this.#changed();
    try {
      this.#owner.wanted();
    } catch (error) {
      signal?.removeEventListener("abort", abort);
      this.#settle(entry);
      waiter.reject(error);
    }
  }

  #settle(waiter: Waiter): void {
    this.#waiters.delete(waiter);
    this.#changed();
  }

  #changed(): void {
    const held = this.#waiters.size > 0 || [...this.#listeners.values()].includes(true);
    this.#owner.waiting(held);
  }
}

/** A listener that throws is a program's error, and must not take the interrupt from the others. */
function tell(listener: (event: InterruptEvent) => void, event: InterruptEvent): void {
  try {
    listener(event);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
