import { VfioError } from "../../errors.js";
import type { Result } from "./result.js";

/** The error that a system call throws for a negative result. */
export function failure(result: Result, syscall: string): VfioError {
  return new VfioError({ errno: -result, syscall });
}

/** A system call's result, or its failure thrown. */
export function succeed(result: Result, syscall: string): number {
  if (result < 0) throw failure(result, syscall);
  return result;
}

/** @throws TypeError unless it is a number that a descriptor can be */
export function checkFd(fd: number): number {
  if (!Number.isInteger(fd)) throw new TypeError("fd must be an integer");
  return fd;
}

/** @throws TypeError unless it is a number, RangeError unless it is exact */
export function checkOffset(offset: number): void {
  if (typeof offset !== "number") throw new TypeError("offset must be a number");
  if (!Number.isSafeInteger(offset)) throw new RangeError(`${offset} is not a whole exact number`);
}

/** @throws TypeError unless it is bytes */
export function checkBytes(bytes: Uint8Array): void {
  if (!(bytes instanceof Uint8Array)) throw new TypeError("a buffer must be a Uint8Array");
}

/** Lets the event loop turn once: what the real kernel does off the main thread. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
