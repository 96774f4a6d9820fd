import type { Step } from "../trial/index.js";
import type { CaseRecord, Run } from "./record.js";

/** What comparing the two kernels says of a case. */
export type Verdict = "passed" | "failed" | "skipped";

/** One row of the table. */
export interface Row {
  readonly name: string;
  readonly vectors: readonly number[];
  readonly real: string;
  readonly simulated: string;
  readonly verdict: Verdict;
  /** Why: the reason of a skip, the difference, the failed expectations. */
  readonly details: readonly string[];
}

/** Compares what a real kernel and the simulated one gave, case by case. */
export function compare(real: Run, simulated: Run): Row[] {
  const names = new Set([...real.cases.keys(), ...simulated.cases.keys()]);
  const rows = [...names].map((name) =>
    compareCase(real.cases.get(name), simulated.cases.get(name)),
  );
  for (const [run, whose] of [[real, "real"] as const, [simulated, "simulated"] as const]) {
    if (run.interrupted !== undefined) rows.push(interruption(run.interrupted, whose));
  }
  return rows;
}

function compareCase(real: CaseRecord | undefined, simulated: CaseRecord | undefined): Row {
  const { name, vectors } = (real ?? simulated) as CaseRecord;
  const skips = reasons(real, simulated);
  const problems = [...complaints("real", real), ...complaints("simulated", simulated)];
  const difference =
    real?.skipped === undefined && simulated?.skipped === undefined && real && simulated
      ? firstDifference(real.steps, simulated.steps)
      : [];
  const details = [...problems, ...difference, ...skips];
  const failed = problems.length > 0 || difference.length > 0;
  const verdict = failed ? "failed" : skips.length > 0 ? "skipped" : "passed";
  return { name, vectors, real: state(real), simulated: state(simulated), verdict, details };
}

/** Why a case did not run; said once where it is the same on both. */
function reasons(real: CaseRecord | undefined, simulated: CaseRecord | undefined): string[] {
  const why = real?.skipped;
  if (why !== undefined && why === simulated?.skipped) return [`skipped: ${why}`];
  return [...reason("real", real), ...reason("simulated", simulated)];
}

function reason(whose: string, record: CaseRecord | undefined): string[] {
  if (record === undefined) return [`${whose}: did not run`];
  return record.skipped === undefined ? [] : [`${whose}: skipped, ${record.skipped}`];
}

/** What is wrong with a case on one kernel. */
export function complaints(whose: string, record: CaseRecord | undefined): string[] {
  if (record === undefined) return [];
  const failures = record.failures.map(({ step, message }) => {
    const { call, result } = record.steps[step] as Step;
    return `${whose}: step ${step + 1}: ${call} -> ${result}: ${message}`;
  });
  return record.error === undefined ? failures : [...failures, `${whose}: ${record.error}`];
}

function state(record: CaseRecord | undefined): string {
  if (record === undefined) return "-";
  if (record.skipped !== undefined) return "skipped";
  if (record.error !== undefined) return "error";
  return record.failures.length > 0 ? `${record.failures.length} wrong` : "ok";
}

/** The first step where two traces part, with what led there. */
function firstDifference(real: readonly Step[], simulated: readonly Step[]): string[] {
  const length = Math.max(real.length, simulated.length);
  for (let at = 0; at < length; at += 1) {
    if (line(real[at]) === line(simulated[at])) continue;
    const before = real.slice(Math.max(0, at - 3), at).map((step) => `    ${line(step)}`);
    return [
      `traces differ at step ${at + 1}:`,
      ...before,
      `  real      ${line(real[at])}`,
      `  simulated ${line(simulated[at])}`,
    ];
  }
  return [];
}

function line(step: Step | undefined): string {
  return step === undefined ? "(nothing)" : `${step.call} -> ${step.result}`;
}

function interruption(name: string, whose: string): Row {
  return {
    name,
    vectors: [],
    real: whose === "real" ? "died" : "-",
    simulated: whose === "real" ? "-" : "died",
    verdict: "failed",
    details: [`the ${whose} kernel's run ended while this case was running`],
  };
}
