import { Errno } from "../../errno.js";
import type { BlockingWriteOptions } from "../../kernel.js";
import type { Pending, Result } from "../core/result.js";

/**
 * Waits for what a system call waits for. The timeout counts the host's time, for a machine whose
 * clock is moved by hand may never reach it; what is waited for goes on in any case.
 *
 * @returns the result, or -ETIMEDOUT; rejects with the signal's reason
 */
export function waitFor(
  pending: Pending,
  { timeout, signal }: BlockingWriteOptions,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const timer =
      timeout === undefined ? undefined : setTimeout(() => end(-Errno.ETIMEDOUT), timeout);
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const end = (result: Result) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
      resolve(result);
    };
    signal?.addEventListener("abort", abort, { once: true });
    pending.whenDone(end);
  });
}
