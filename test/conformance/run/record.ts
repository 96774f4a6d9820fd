import type { Failure, Step } from "../trial/index.js";

/** A case is about to run: if nothing follows, it took the kernel down. */
export interface BeginRecord {
  readonly begin: string;
}

/** What a case gave on one kernel. */
export interface CaseRecord {
  readonly name: string;
  readonly vectors: readonly number[];
  readonly steps: readonly Step[];
  readonly failures: readonly Failure[];
  /** Why it did not run. */
  readonly skipped?: string;
  /** What ended it early, or what it left behind. */
  readonly error?: string;
  readonly milliseconds: number;
}

/** The kernel that the records after it are from. */
export interface KernelRecord {
  readonly kernel: string;
  readonly version: string;
}

/** All cases were run. */
export interface EndRecord {
  readonly end: true;
}

/** One line of a result file. */
export type Record = KernelRecord | BeginRecord | CaseRecord | EndRecord;

/** What one kernel gave, read back. */
export interface Run {
  readonly kernel: KernelRecord | undefined;
  readonly cases: ReadonlyMap<string, CaseRecord>;
  /** The case that was running when the records ended without an end. */
  readonly interrupted: string | undefined;
}

/** Reads the lines of a result file; what came after the kernel's death may be half a line. */
export function readRun(text: string): Run {
  let kernel: KernelRecord | undefined;
  let running: string | undefined;
  let ended = false;
  const cases = new Map<string, CaseRecord>();
  for (const line of text.split("\n")) {
    const record = parse(line);
    if (record === undefined) continue;
    if ("begin" in record) running = record.begin;
    else if ("end" in record) ended = true;
    else if ("kernel" in record) kernel = record;
    else cases.set(record.name, record);
    if ("name" in record) running = undefined;
  }
  return { kernel, cases, interrupted: ended ? undefined : (running ?? "(between cases)") };
}

function parse(line: string): Record | undefined {
  try {
    return JSON.parse(line) as Record;
  } catch {
    return undefined;
  }
}
