import { simulatedBench, type simulatedKernels } from "../run/simulated-bench.js";
import type { Sequence } from "./op.js";
import type { Player } from "./player.js";
import { runSequence } from "./run-sequence.js";
import { World } from "./world.js";

/** Plays on a simulated machine; one machine for all sequences, as on a real kernel. */
export function simulatedPlayer(version: (typeof simulatedKernels)[number]): Player {
  const { kernel, ...bench } = simulatedBench(version);
  const world = new World(kernel, bench.version, bench.host);
  return {
    kernel: kernel.description.text,
    play: (sequence: Sequence) => runSequence(world, sequence),
    end: async () => world.dispose(),
  };
}
