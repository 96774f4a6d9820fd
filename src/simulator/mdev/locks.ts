/**
 * The kernel's sleeping locks, where a client can see who waits for whom. A holder that waits for a
 * device in use keeps its lock, so others queue up behind it in order.
 */

/** struct mutex. Waiters get it first come, first served. */
export class Mutex {
  #held = false;
  readonly #waiters: (() => void)[] = [];

  /** Calls `then` once the lock is ours: at once if it is free. */
  lock(then: () => void): void {
    if (this.#held) {
      this.#waiters.push(then);
      return;
    }
    this.#held = true;
    then();
  }

  unlock(): void {
    const next = this.#waiters.shift();
    if (next === undefined) this.#held = false;
    else next();
  }
}

/** struct rw_semaphore with one writer: what keeps a parent registered while it is in use. */
export class ReadWriteSemaphore {
  #readers = 0;
  #writer: (() => void) | undefined;
  #writing = false;

  /** down_read_trylock(): false as soon as a writer waits. */
  tryRead(): boolean {
    if (this.#writing) return false;
    this.#readers += 1;
    return true;
  }

  /** up_read() */
  endRead(): void {
    this.#readers -= 1;
    if (this.#readers === 0) this.#letWriterIn();
  }

  /** down_write(): calls `then` when no reader is left. Nobody gets in after that. */
  write(then: () => void): void {
    this.#writing = true;
    this.#writer = then;
    if (this.#readers === 0) this.#letWriterIn();
  }

  #letWriterIn(): void {
    const writer = this.#writer;
    this.#writer = undefined;
    writer?.();
  }
}
