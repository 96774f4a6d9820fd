/** Plays random sequences on a real kernel and on the simulated one: `npm run fuzz:kernel`. */

import { parseArgs } from "node:util";
import { GuestSetupError, type KernelName, kernelRecipe } from "../../../guest/index.js";
import { versionOf } from "../trial/index.js";
import { type DifferentialResult, differential } from "./differential.js";
import { guestPlayer } from "./guest-player.js";
import { simulatedPlayer } from "./simulated-player.js";

const log = (line: string) => console.error(`fuzz:kernel: ${line}`);

/** How often progress is told, in steps. */
const PROGRESS = 5000;

/** How long a run goes on, and where it starts. */
export interface FuzzOptions {
  readonly seed: number;
  readonly steps?: number;
  readonly minutes?: number;
}

/** Boots a kernel and compares until time is up or a difference is found. */
export async function fuzz(kernel: KernelName, options: FuzzOptions): Promise<DifferentialResult> {
  log(`random sequences on Linux ${kernel}, seed ${options.seed}`);
  const real = await guestPlayer(kernel, log);
  const simulated = simulatedPlayer(versionOf(kernel));
  let told = 0;
  const result = await differential(real, simulated, {
    ...options,
    onStep: (steps) => {
      if (steps - told < PROGRESS) return;
      told = steps;
      log(`${steps} steps`);
    },
  });
  await simulated.end();
  await real.end().catch((error: unknown) => log(String(error)));
  const { steps, sequences, unsteady, difference } = result;
  const late = unsteady === 0 ? "" : `, ${unsteady} differed once and not again`;
  console.log(
    `${real.kernel} and ${simulated.kernel}: ${sequences} sequences, ${steps} steps${late}`,
  );
  if (difference !== undefined) console.log(`\nTHEY DIFFER: ${difference}`);
  return result;
}

/** Compares with every kernel that the command line names; the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      kernel: { type: "string", multiple: true },
      minutes: { type: "string", default: "5" },
      seed: { type: "string" },
    },
  });
  const kernels = (values.kernel ?? ["6.1", "6.12"]).map((name) => kernelRecipe(name).name);
  const seed = Number(values.seed ?? Date.now() % 1_000_000_000);
  const minutes = Number(values.minutes) / kernels.length;
  if (!(minutes > 0) || !Number.isInteger(seed)) throw new RangeError("--minutes N --seed S");
  let differences = 0;
  for (const kernel of kernels) {
    try {
      const { difference } = await fuzz(kernel, { seed, minutes });
      if (difference !== undefined) differences += 1;
    } catch (error) {
      if (error instanceof GuestSetupError) log(`no guest can run here: ${error.message}`);
      else throw error;
      return 1;
    }
  }
  console.log(`\n${kernels.length} kernels, ${differences} differ, seed ${seed}`);
  return differences === 0 ? 0 : 1;
}
