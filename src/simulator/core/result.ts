/**
 * What a rule of the simulated kernel returns, as kernel functions do: zero or more is success, a
 * negative error number is failure (`-Errno.EINVAL`). Only the seam turns failures into errors.
 */
export type Result = number;

/** Something that a system call waits for in the kernel: unbind and remove of a device in use. */
export class Pending {
  #result: Result | undefined;
  #listeners: ((result: Result) => void)[] = [];

  /** The result once it is there. */
  get result(): Result | undefined {
    return this.#result;
  }

  /** Ends the wait. The first result counts. */
  complete(result: Result): void {
    if (this.#result !== undefined) return;
    this.#result = result;
    for (const listener of this.#listeners) listener(result);
    this.#listeners = [];
  }

  /** Calls back with the result, at once if it is there already. */
  whenDone(listener: (result: Result) => void): void {
    if (this.#result !== undefined) listener(this.#result);
    else this.#listeners.push(listener);
  }
}
