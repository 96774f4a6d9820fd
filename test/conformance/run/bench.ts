import type { Bench } from "./run-case.js";

/** Something that makes the kernel for each case. */
export type BenchMaker = () => Bench;

/**
 * The kernel that a command line names: `linux` is this machine's, one for all cases;
 * `simulated:6.1` is a new machine for each. Only what is named is loaded.
 */
export async function benchFor(name: string): Promise<BenchMaker> {
  if (name === "linux") {
    const { linuxBench } = await import("./linux-bench.js");
    const bench = linuxBench();
    return () => bench;
  }
  const { simulatedBench, simulatedKernels } = await import("./simulated-bench.js");
  const profile = simulatedKernels.find((known) => name === `simulated:${known}`);
  if (profile !== undefined) return () => simulatedBench(profile);
  const known = ["linux", ...simulatedKernels.map((version) => `simulated:${version}`)];
  throw new RangeError(`no kernel "${name}"; there are ${known.join(", ")}`);
}
