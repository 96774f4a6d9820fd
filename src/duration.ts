/** Times that a program gives: any number of milliseconds, for ever included. */

/** The longest that one of the host's timers can run, in milliseconds. */
const LONGEST = 2 ** 31 - 1;

/**
 * A duration in milliseconds; Infinity is one.
 *
 * @throws TypeError for what is no number, RangeError for one that is negative or none
 */
export function duration(value: unknown, name: string): number {
  if (typeof value !== "number") throw new TypeError(`${name} must be a number of milliseconds`);
  if (!(value >= 0)) throw new RangeError(`${name} must be 0 milliseconds or more, not ${value}`);
  return value;
}

/** Calls back after so many milliseconds of the host, however many. Returns what takes it back. */
export function after(milliseconds: number, run: () => void): () => void {
  let timer: NodeJS.Timeout;
  const start = (left: number) => {
    const now = Math.min(left, LONGEST);
    timer = setTimeout(() => (left > LONGEST ? start(left - LONGEST) : run()), now);
  };
  start(milliseconds);
  return () => clearTimeout(timer);
}
