/**
 * One step of a random sequence as data: the name of the step and its numbers (and now and then
 * bytes as text). Descriptors and addresses are never in it, only the numbers of slots and places,
 * so that the same sequence runs on every kernel.
 */
export type Op = readonly [name: string, ...values: (number | string)[]];

/** What machines a sequence plays with. */
export type Theme =
  | "emulated"
  | "hardware"
  | "mtty"
  | "display"
  | "edu"
  | "nvme"
  | "bridge"
  | "processes"
  | "binding"
  | "sysfs";

/** A random sequence: what it plays with, and its steps. */
export interface Sequence {
  readonly theme: Theme;
  readonly ops: readonly Op[];
}

/** What a sequence gave, one entry for each step: result or error, and bytes. */
export type Answers = readonly string[];

/** A 64-bit number from one that may be negative: -4096 is the last page. */
export function wide(value: number | string | undefined): bigint {
  return BigInt.asUintN(64, BigInt(value ?? 0));
}

/** A number of an op that must be there. */
export function num(value: number | string | undefined): number {
  return Number(value ?? 0);
}
