import type { Answers, Sequence } from "./op.js";

/** Plays sequences on one kernel. */
export interface Player {
  /** Which kernel: for people to read. */
  readonly kernel: string;
  /** @throws Error when the kernel dies of it, or answers what no kernel answers */
  play(sequence: Sequence): Promise<Answers>;
  end(): Promise<void>;
}
