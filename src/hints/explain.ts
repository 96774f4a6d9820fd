import { isVfioError, type VfioError } from "../errors.js";

/** What is known about a failure beyond the kernel's error number. */
export interface Explanation {
  /** The file that it was about, where the system call did not name one. */
  path?: string | undefined;
  /** What it means here and what to do. */
  hint?: string | undefined;
}

/** Gathers facts at the moment of the failure; it is asked only then. */
export type Explain = (error: VfioError) => Explanation;

/** Runs something; a `VfioError` that it throws leaves with its explanation. */
export function explain<T>(run: () => T, explanation: Explain): T {
  try {
    return run();
  } catch (error) {
    throw explained(error, explanation);
  }
}

/**
 * The same error with its explanation, if it is a `VfioError` without a hint. Facts that cannot be
 * gathered must not hide the failure itself.
 */
export function explained(error: unknown, explanation: Explain): unknown {
  if (!isVfioError(error) || error.hint !== undefined) return error;
  try {
    return error.with(explanation(error));
  } catch {
    return error;
  }
}
