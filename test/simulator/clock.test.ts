// Goal: a machine's time passes only by hand or with the host's, and its timers run in order.

import { describe, expect, it } from "vitest";
import { SimulatedClock } from "../../src/simulator/clock.js";
import { SimulatedMachine } from "../../src/simulator/machine.js";

describe("a clock by hand", () => {
  it("runs timers in the order of their time, and as they were set", () => {
    const clock = new SimulatedClock();
    const seen: string[] = [];
    clock.after(20, () => seen.push(`late at ${clock.milliseconds()}`));
    clock.after(10, () => {
      seen.push(`early at ${clock.milliseconds()}`);
      clock.after(5, () => seen.push(`nested at ${clock.milliseconds()}`));
    });
    clock.after(10, () => seen.push("second"));
    const taken = clock.after(12, () => seen.push("never"));
    taken.cancel();
    clock.advance(9);
    expect(seen).toEqual([]);
    clock.advance(100);
    expect(seen).toEqual(["early at 10", "second", "nested at 15", "late at 20"]);
    expect([clock.now(), clock.milliseconds()]).toEqual([109_000_000n, 109]);
  });

  it("is moved by whoever sleeps", async () => {
    const { clock } = new SimulatedMachine();
    let rung = false;
    clock.after(1000, () => {
      rung = true;
    });
    await clock.sleep(1000);
    expect([rung, clock.milliseconds()]).toEqual([true, 1000]);
    const aborted = AbortSignal.abort(new Error("no time"));
    await expect(clock.sleep(1, { signal: aborted })).rejects.toThrow("no time");
  });
});

describe("a clock of the host's time", () => {
  it("runs timers by itself and cannot be moved", async () => {
    const { clock } = new SimulatedMachine({ clock: "real-time" });
    let rung = false;
    clock.after(1, () => {
      rung = true;
    });
    await clock.sleep(5);
    expect(rung).toBe(true);
    expect(clock.milliseconds()).toBeGreaterThan(4);
    expect(() => clock.advance(1)).toThrow("real time");
  });
});
