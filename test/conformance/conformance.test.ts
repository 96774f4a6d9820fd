/**
 * Every case on every simulated kernel. What a case expects was measured on a real one; `npm run
 * test:kernel` runs the same cases there and compares the traces.
 */

import { describe, expect, test } from "vitest";
import { cases } from "./cases/index.js";
import { complaints } from "./run/compare.js";
import { runCase } from "./run/run-case.js";
import { simulatedBench, simulatedKernels } from "./run/simulated-bench.js";

test("names of cases are unique", () => {
  const names = cases.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

describe.each(simulatedKernels)("simulated %s", (profile) => {
  test.each(cases.map((one) => [one.name, one] as const))("%s", async (_, one) => {
    const record = await runCase(one, simulatedBench(profile));
    if (record.skipped !== undefined) {
      console.log(`skipped on ${profile}: ${one.name}: ${record.skipped}`);
      return;
    }
    expect(complaints("simulated", record)).toEqual([]);
  });
});
