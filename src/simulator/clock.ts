import { duration } from "../duration.js";
import { hostClock } from "../host-clock.js";
import type { Clock } from "../kernel.js";

/** A timer of the machine; it can be taken back. */
export interface Timer {
  cancel(): void;
}

interface Entry {
  due: number;
  sequence: number;
  run: (() => void) | undefined;
}

/**
 * The simulated machine's clock. By hand, time passes only in `advance` and in `sleep` (a sleeper
 * moves the clock, so tests never wait); in real time it follows the host's and its timers run from
 * the event loop without holding it.
 */
export class SimulatedClock implements Clock {
  #milliseconds = 0;
  #sequence = 0;
  readonly #entries: Entry[] = [];
  readonly #started = performance.now();
  #wakeUp: NodeJS.Timeout | undefined;

  constructor(readonly mode: "manual" | "real-time" = "manual") {}

  now(): bigint {
    return BigInt(Math.round(this.milliseconds() * 1e6));
  }

  /** Milliseconds since the machine was switched on. */
  milliseconds(): number {
    if (this.mode === "real-time") this.#runUntil(performance.now() - this.#started);
    return this.#milliseconds;
  }

  /** Runs the callback once, so many milliseconds from now. */
  after(milliseconds: number, run: () => void): Timer {
    const entry: Entry = {
      due: this.milliseconds() + milliseconds,
      sequence: this.#sequence++,
      run,
    };
    const behind = this.#entries.findIndex((other) => other.due > entry.due);
    this.#entries.splice(behind < 0 ? this.#entries.length : behind, 0, entry);
    this.#schedule();
    return { cancel: () => this.#cancel(entry) };
  }

  /** Lets so much time pass; timers that fall due run in order. Only by hand. */
  advance(milliseconds: number): void {
    if (this.mode !== "manual") throw new Error("advance: this machine's clock runs in real time");
    this.#runUntil(this.#milliseconds + milliseconds);
  }

  async sleep(milliseconds: number, { signal }: { signal?: AbortSignal | undefined } = {}) {
    duration(milliseconds, "milliseconds");
    signal?.throwIfAborted();
    if (this.mode === "manual") {
      await new Promise((resolve) => setImmediate(resolve));
      this.advance(milliseconds);
      return;
    }
    await hostClock.sleep(milliseconds, { signal });
    this.milliseconds();
  }

  #runUntil(time: number): void {
    for (let next = this.#entries[0]; next && next.due <= time; next = this.#entries[0]) {
      this.#entries.shift();
      this.#milliseconds = Math.max(this.#milliseconds, next.due);
      next.run?.();
    }
    this.#milliseconds = Math.max(this.#milliseconds, time);
  }

  #cancel(entry: Entry): void {
    entry.run = undefined;
    const index = this.#entries.indexOf(entry);
    if (index >= 0) this.#entries.splice(index, 1);
  }

  #schedule(): void {
    if (this.mode !== "real-time") return;
    clearTimeout(this.#wakeUp);
    const next = this.#entries[0];
    if (next === undefined) return;
    const delay = Math.max(0, next.due - (performance.now() - this.#started));
    this.#wakeUp = setTimeout(() => {
      this.milliseconds();
      this.#schedule();
    }, delay);
    this.#wakeUp.unref();
  }
}
