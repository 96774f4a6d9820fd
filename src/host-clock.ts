import { after, duration } from "./duration.js";
import type { Clock } from "./kernel.js";

/** The host's own monotonic clock. */
export const hostClock: Clock = {
  now: () => process.hrtime.bigint(),

  sleep(milliseconds, { signal } = {}) {
    return new Promise((resolve, reject) => {
      duration(milliseconds, "milliseconds");
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = () => {
        cancel();
        reject(signal?.reason);
      };
      const cancel = after(milliseconds, () => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      });
      signal?.addEventListener("abort", onAbort, { once: true });
    });
  },
};
