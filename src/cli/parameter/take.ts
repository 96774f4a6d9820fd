import type { TakeOptions } from "../../sysfs/index.js";
import { UsageError } from "../usage-error.js";

/** Options of commands that take a device from its users, as they are typed. */
export interface TakeFlags {
  timeout: string;
  force?: boolean;
}

/** The same as sysfs wants them. @throws UsageError */
export function takeOptionsOf({ timeout, force }: TakeFlags, signal: AbortSignal): TakeOptions {
  return { timeout: milliseconds(timeout), force, signal };
}

/** Milliseconds of a `--timeout` in seconds. @throws UsageError */
export function milliseconds(timeout: string): number {
  const seconds = Number(timeout);
  if (timeout.trim() !== "" && Number.isFinite(seconds) && seconds >= 0) return seconds * 1000;
  throw new UsageError(`--timeout: '${timeout}' is not a number of seconds`);
}
