import { BusyError, ClosedError } from "./state-errors.js";
import { runAsync, runSync, type Step, type Steps } from "./steps.js";

/** What can be closed: with `await`, on this thread, or by `using` and `await using`. */
export interface Closable {
  /** Closes it and waits for what that takes. Idempotent. */
  close(): Promise<void>;
  /** The same on this thread. Idempotent. */
  closeSync(): void;
}

/**
 * What is opened and closed: a container, a group, a device, and what hangs off them. A parent
 * closes its children first, the youngest first; closing is idempotent; use after it is a
 * `ClosedError`. While an asynchronous call of a handle runs, `close()` waits for it and
 * `closeSync()` is refused: its descriptor must not be reused under the call.
 */
export abstract class Handle implements Closable {
  readonly #parents = new Set<Handle>();
  readonly #children = new Set<Handle>();
  readonly #running = new Map<Promise<unknown>, string>();
  #closing: Promise<void> | undefined;
  #closed = false;

  /** How errors call it: `group 5`, `device 0000:00:05.0`. */
  abstract readonly label: string;

  /** Gives back what the handle itself holds; its children are closed by now. */
  protected abstract release(): Steps<void>;

  /** True once `close` has begun. */
  get closed(): boolean {
    return this.#closed || this.#closing !== undefined;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closing ??= this.#closeLater();
    await this.#closing;
  }

  closeSync(): void {
    if (this.#closed) return;
    this.#refuseWhileRunning();
    this.#finish(() => {
      const failures: unknown[] = [];
      for (const child of this.#youngestFirst()) attempt(failures, () => child.closeSync());
      attempt(failures, () => runSync(this.release()));
      throwFirst(failures);
    });
  }

  /** `closeSync`, for `using`. */
  [Symbol.dispose](): void {
    this.closeSync();
  }

  /** `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** @internal No asynchronous call of it runs. */
  get idle(): boolean {
    return this.#running.size === 0;
  }

  /** @throws ClosedError */
  protected assertOpen(): void {
    if (this.closed) throw new ClosedError(this.label);
  }

  /** Makes this handle one of the things that the parent closes. */
  protected attachTo(parent: Handle): void {
    parent.assertOpen();
    parent.#children.add(this);
    this.#parents.add(parent);
  }

  protected detachFrom(parent: Handle): void {
    parent.#children.delete(this);
    this.#parents.delete(parent);
  }

  /** What is open below it, oldest first. */
  protected get children(): ReadonlySet<Handle> {
    return this.#children;
  }

  /** Runs a sequence on this thread. @throws ClosedError */
  protected runSync<T>(steps: Steps<T>): T {
    this.assertOpen();
    return runSync(steps);
  }

  /** Runs a sequence off this thread; the handle and its parents stay open until it is done. */
  protected async runAsync<T>(action: string, steps: Steps<T>): Promise<T> {
    this.assertOpen();
    return await this.#track(action, runAsync(steps));
  }

  /** A long call on this handle's own descriptor, as part of whatever sequence. */
  protected *call(action: string, step: Step): Steps<number> {
    return (yield { sync: step.sync, async: () => this.#track(action, step.async()) }) as number;
  }

  async #track<T>(action: string, running: Promise<T>): Promise<T> {
    this.#running.set(running, action);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  async #closeLater(): Promise<void> {
    const failures: unknown[] = [];
    await Promise.allSettled(this.#running.keys());
    for (const child of this.#youngestFirst()) {
      await child.close().catch((error: unknown) => failures.push(error));
    }
    await runAsync(this.release()).catch((error: unknown) => failures.push(error));
    this.#finish(() => throwFirst(failures));
  }

  #finish(last: () => void): void {
    this.#closed = true;
    for (const parent of this.#parents) parent.#children.delete(this);
    this.#parents.clear();
    last();
  }

  #youngestFirst(): Handle[] {
    return [...this.#children].reverse();
  }

  #refuseWhileRunning(): void {
    const running = this.#closing === undefined ? [...this.#running.values()] : ["close()"];
    if (running.length > 0) {
      throw new BusyError(`${this.label}: ${running[0]} is still running; await it, or close()`);
    }
    for (const child of this.#children) child.#refuseWhileRunning();
  }
}

function attempt(failures: unknown[], run: () => void): void {
  try {
    run();
  } catch (error) {
    failures.push(error);
  }
}

function throwFirst(failures: readonly unknown[]): void {
  if (failures.length > 0) throw failures[0];
}
