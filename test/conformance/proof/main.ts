/** Proves the simulator against real kernels: `npm run test:kernel`. */

import { parseArgs } from "node:util";
import { GuestSetupError, type KernelName, kernelRecipe } from "../../../guest/index.js";
import { totals } from "../run/table.js";
import { type ProofOptions, prove } from "./prove.js";

/** Kernels that are compared unless one is asked for. */
const DEFAULT_KERNELS = ["6.1", "6.12"];

const log = (line: string) => console.error(`test:kernel: ${line}`);

/** Compares all kernels that the command line names; the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      kernel: { type: "string", multiple: true },
      only: { type: "string" },
      steps: { type: "string", default: "20000" },
      seed: { type: "string", default: "1" },
    },
  });
  const { only } = values;
  const options = { only, steps: Number(values.steps), seed: Number(values.seed), log };
  const kernels = (values.kernel ?? DEFAULT_KERNELS).map((name) => kernelRecipe(name).name);
  try {
    return await compareAll(kernels, options);
  } catch (error) {
    if (!(error instanceof GuestSetupError)) throw error;
    return withoutGuest(error.message);
  }
}

async function compareAll(kernels: readonly KernelName[], options: ProofOptions) {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const kernel of kernels) {
    const { rows } = await prove(kernel, options);
    const { passed, failed, skipped } = totals(rows);
    sum.passed += passed;
    sum.failed += failed;
    sum.skipped += skipped;
  }
  console.log(`\n${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`);
  return sum.failed === 0 && sum.passed > 0 ? 0 : 1;
}

/** Without a guest nothing is proved; that is a failure unless it was asked for. */
function withoutGuest(reason: string): number {
  console.error(`test:kernel: no guest can run here: ${reason}`);
  if (process.env["VFIO_NO_KERNEL_TESTS"] !== "1") {
    console.error("test:kernel: set VFIO_NO_KERNEL_TESTS=1 to go on without any proof");
    console.log("\n0 passed, 1 failed, 0 skipped");
    return 1;
  }
  console.error("test:kernel: VFIO_NO_KERNEL_TESTS=1: NOTHING WAS COMPARED WITH A REAL KERNEL");
  console.log("\n0 passed, 0 failed, 1 skipped");
  return 0;
}
