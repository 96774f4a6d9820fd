import type { Kernel } from "../../kernel.js";

/** What to wait for, and how long. */
export interface WaitForOptions {
  /** What did not happen, for the error. */
  what: string;
  signal: AbortSignal;
}

const POLL_MILLISECONDS = 10;
const PATIENCE_MILLISECONDS = 5000;

/**
 * Looks again and again, by the kernel's clock, until it sees something.
 *
 * @throws Error after 5 s; the signal's reason
 */
export async function waitFor<T>(
  { clock }: Pick<Kernel, "clock">,
  look: () => T | undefined,
  { what, signal }: WaitForOptions,
): Promise<T> {
  for (let waited = 0; waited <= PATIENCE_MILLISECONDS; waited += POLL_MILLISECONDS) {
    const seen = look();
    if (seen !== undefined) return seen;
    await clock.sleep(POLL_MILLISECONDS, { signal });
  }
  throw new Error(`${what} within ${PATIENCE_MILLISECONDS / 1000} s`);
}
