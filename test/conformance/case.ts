import type { Need } from "./fixtures/needs.js";
import type { Trial, Version } from "./trial/index.js";

/** One case: what it needs and what it does. It runs on every kernel. */
export interface ConformanceCase {
  /** Unique, and what `--only` selects by. */
  readonly name: string;
  /** Numbers of the vectors that it executes. */
  readonly vectors: readonly number[];
  /** What must be there; a case whose needs are not met is skipped with the reason. */
  readonly needs?: readonly Need[];
  /** Kernels that it makes sense on, with the reason; all unless told. */
  readonly only?: { readonly versions: readonly Version[]; readonly because: string };
  run(t: Trial): void | Promise<void>;
}
