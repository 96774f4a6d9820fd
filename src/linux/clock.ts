import type { Clock } from "../kernel.js";

/** The host's own monotonic clock. */
export const hostClock: Clock = {
  now: () => process.hrtime.bigint(),

  sleep(milliseconds, { signal } = {}) {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      }, milliseconds);
      signal?.addEventListener("abort", onAbort, { once: true });
    });
  },
};
