import { Pending, type Result } from "../core/result.js";

/** One step after the other, each when the one before is done; the first error ends it. */
export function inTurn(steps: readonly (() => Result | Pending)[]): Result | Pending {
  const [first, ...rest] = steps;
  if (first === undefined) return 0;
  const result = first();
  if (typeof result === "number") return result < 0 ? result : inTurn(rest);
  const all = new Pending();
  result.whenDone((done) => {
    const next = done < 0 ? done : inTurn(rest);
    if (typeof next === "number") all.complete(next);
    else next.whenDone((last) => all.complete(last));
  });
  return all.result ?? all;
}
