/**
 * The random sequences that `npm run fuzz:kernel` plays on real kernels, here on the simulated ones
 * alone: nothing but errors of the kernel may come of them, twice the same, with nothing left.
 */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { leftovers } from "../run/leftovers.js";
import { simulatedBench, simulatedKernels } from "../run/simulated-bench.js";
import { differential } from "./differential.js";
import { sequences } from "./generate/themes.js";
import { runSequence } from "./run-sequence.js";
import { simulatedPlayer } from "./simulated-player.js";
import { World } from "./world.js";

const SEED = Number(process.env["VFIO_FUZZ_SEED"] ?? 20_260_101);

describe.each(simulatedKernels)("simulated %s", (version) => {
  test(`random sequences give the same twice (seed ${SEED})`, async () => {
    const [one, other] = [simulatedPlayer(version), simulatedPlayer(version)];
    const { difference, steps } = await differential(one, other, { seed: SEED, steps: 5000 });
    expect(difference).toBeUndefined();
    expect(steps).toBeGreaterThanOrEqual(5000);
  });

  test("random sequences leave nothing", async () => {
    const { kernel, machine, version: ran, host } = simulatedBench(version);
    const world = new World(kernel, ran, host);
    for (const sequence of fc.sample(sequences, { seed: SEED + 1, numRuns: 50 })) {
      await runSequence(world, sequence);
    }
    world.dispose();
    expect(leftovers(kernel)).toEqual([]);
    expect([...kernel.process.files.entries()]).toEqual([]);
    expect(kernel.mappings.size).toBe(0);
    expect(machine.hazards.met).toEqual([]);
  });
});
