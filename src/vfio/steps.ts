/**
 * One sequence for both twins: what opens, closes or resets is written once, as a generator that
 * yields each call that may take long. `runSync` makes them on this thread, `runAsync` off it.
 */

import type { Fd, IoctlArgument, Kernel } from "../kernel.js";

/** A call that may take long, both ways. */
export interface Step {
  sync(): unknown;
  async(): Promise<unknown>;
}

/** A sequence with such calls in it, and what it results in. */
export type Steps<T> = Generator<Step, T, unknown>;

/** An ioctl that may take long: opening an NVMe function takes 150 ms, its reset 100 ms. */
export function ioctlCall(kernel: Kernel, fd: Fd, request: number, argument: IoctlArgument): Step {
  return {
    sync: () => kernel.ioctl(fd, request, argument),
    async: () => kernel.ioctlAsync(fd, request, argument),
  };
}

/** close(2), which takes long where it resets a device. */
export function* closeStep(kernel: Kernel, fd: Fd): Steps<void> {
  yield { sync: () => kernel.close(fd), async: () => kernel.closeAsync(fd) };
}

/** Runs a sequence on this thread. */
export function runSync<T>(steps: Steps<T>): T {
  let turn = steps.next();
  while (!turn.done) {
    let result: unknown;
    try {
      result = turn.value.sync();
    } catch (error) {
      turn = steps.throw(error);
      continue;
    }
    turn = steps.next(result);
  }
  return turn.value;
}

/** Runs a sequence with its long calls off this thread; up to the first of them it is immediate. */
export async function runAsync<T>(steps: Steps<T>): Promise<T> {
  let turn = steps.next();
  while (!turn.done) {
    let result: unknown;
    try {
      result = await turn.value.async();
    } catch (error) {
      turn = steps.throw(error);
      continue;
    }
    turn = steps.next(result);
  }
  return turn.value;
}
