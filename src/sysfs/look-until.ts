import type { Kernel } from "../kernel.js";

const POLL_MILLISECONDS = 20;
const POLLS = 25;

/**
 * Looks until what it sees is settled, or for half a second: drivers and device nodes may appear a
 * little after the write that asked for them.
 *
 * @returns what it saw last
 */
export async function lookUntil<T>(
  { clock }: Pick<Kernel, "clock">,
  look: () => T,
  settled: (seen: T) => boolean,
): Promise<T> {
  let seen = look();
  for (let poll = 0; poll < POLLS && !settled(seen); poll++) {
    await clock.sleep(POLL_MILLISECONDS);
    seen = look();
  }
  return seen;
}
