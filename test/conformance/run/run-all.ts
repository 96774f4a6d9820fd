import type { Kernel } from "../../../src/kernel.js";
import type { ConformanceCase } from "../case.js";
import type { CaseRecord, Record } from "./record.js";
import { type Bench, runCase } from "./run-case.js";

/** How cases are run. */
export interface RunOptions {
  /** Only cases whose name contains this. */
  readonly only?: string | undefined;
  /** The kernel for a case; the same one each time, or a new machine. */
  readonly bench: () => Bench | Promise<Bench>;
  /** Something more, behind the cases. */
  readonly afterwards?: ((kernel: Kernel) => CaseRecord[]) | undefined;
  /** Takes each record as soon as it is there. */
  readonly write: (record: Record) => void;
}

/** Runs cases one after the other. A case is announced before it starts: it may be the last. */
export async function runAll(cases: readonly ConformanceCase[], options: RunOptions) {
  const { only, bench, afterwards, write } = options;
  const chosen = cases.filter(({ name }) => only === undefined || name.includes(only));
  const { kernel, version } = await bench();
  write({ kernel: kernel.description.text, version });
  for (const one of chosen) {
    write({ begin: one.name });
    write(await runCase(one, await bench()));
  }
  for (const record of afterwards?.(kernel) ?? []) write(record);
  write({ end: true });
}
