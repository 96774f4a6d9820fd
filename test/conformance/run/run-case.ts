import type { Kernel } from "../../../src/kernel.js";
import type { ConformanceCase } from "../case.js";
import { missing } from "../fixtures/needs.js";
import { type Host, Trial, type Version } from "../trial/index.js";
import { leftovers } from "./leftovers.js";
import type { CaseRecord } from "./record.js";

/** The kernel that cases run on. */
export interface Bench {
  readonly kernel: Kernel;
  readonly version: Version;
  readonly host: Host;
}

/** Runs one case; whatever happens is in the record. */
export async function runCase(one: ConformanceCase, bench: Bench): Promise<CaseRecord> {
  const { name, vectors } = one;
  const skipped = reasonToSkip(one, bench);
  if (skipped !== undefined) {
    return { name, vectors, steps: [], failures: [], skipped, milliseconds: 0 };
  }
  const started = performance.now();
  const trial = new Trial(bench.kernel, bench.version, bench.host);
  const errors: string[] = [];
  await guard(errors, () => one.run(trial));
  await guard(errors, () => trial.end());
  errors.push(...leftovers(bench.kernel));
  if (errors.length === 0 && trial.judged === 0) errors.push("it expects nothing");
  return {
    name,
    vectors,
    steps: trial.steps,
    failures: trial.failures,
    ...(errors.length === 0 ? {} : { error: errors.join("; ") }),
    milliseconds: Math.round(performance.now() - started),
  };
}

function reasonToSkip({ needs = [], only }: ConformanceCase, bench: Bench): string | undefined {
  if (only !== undefined && !only.versions.includes(bench.version)) return only.because;
  for (const need of needs) {
    const reason = missing(bench.kernel, need);
    if (reason !== undefined) return `needs ${need}: ${reason}`;
  }
  return undefined;
}

async function guard(errors: string[], work: () => void | Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    errors.push(text.split("\n").slice(0, 4).join("\n"));
  }
}
