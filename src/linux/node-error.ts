import { VfioError } from "../errors.js";

/** Runs a function of `node:fs`, whose errors become ours: same facts, one shape. */
export function withVfioErrors<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw toVfioError(error);
  }
}

/** The same error as a `VfioError` if it is a failed system call, else as it is. */
export function toVfioError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { errno, syscall, path } = error as NodeJS.ErrnoException;
  if (errno === undefined || syscall === undefined) return error;
  // Node calls a directory's reading by libuv's name.
  return new VfioError({ errno: Math.abs(errno), syscall, path });
}
