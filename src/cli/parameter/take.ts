import type { TakeOptions } from "../../sysfs/index.js";
import { UsageError } from "../usage-error.js";

/** Options of commands that take a device from its users, as they are typed. */
export interface TakeFlags {
  timeout: string;
  force?: boolean;
}

/** The same as sysfs wants them. @throws UsageError */
export function takeOptionsOf({ timeout, force }: TakeFlags, signal: AbortSignal): TakeOptions {
  const seconds = Number(timeout);
  if (timeout.trim() === "" || !Number.isFinite(seconds) || seconds < 0) {
    throw new UsageError(`--timeout: '${timeout}' is not a number of seconds`);
  }
  return { timeout: seconds * 1000, force, signal };
}
