import fc from "fast-check";
import { sequences } from "./generate/themes.js";
import type { Answers, Sequence } from "./op.js";
import type { Player } from "./player.js";

/** How long a differential run goes on. */
export interface DifferentialOptions {
  readonly seed: number;
  /** Ends after so many steps ... */
  readonly steps?: number;
  /** ... or so many minutes. */
  readonly minutes?: number;
  /** Shows progress. */
  readonly onStep?: (steps: number) => void;
}

/** What a run came to. */
export interface DifferentialResult {
  readonly steps: number;
  readonly sequences: number;
  /** Sequences that gave a difference once and not when played again: interrupts that came late. */
  readonly unsteady: number;
  /** The shortest sequence found that tells the kernels apart, with both traces. */
  readonly difference: string | undefined;
}

/** Plays the same random sequences on two kernels until they differ or time is up. */
export async function differential(
  real: Player,
  simulated: Player,
  options: DifferentialOptions,
): Promise<DifferentialResult> {
  const { seed, steps = Number.POSITIVE_INFINITY, minutes, onStep } = options;
  const end = minutes === undefined ? Number.POSITIVE_INFINITY : Date.now() + minutes * 60_000;
  const done = { steps: 0, sequences: 0, unsteady: 0 };
  let lost: string | undefined;
  const property = fc.asyncProperty(sequences, async (sequence) => {
    if (lost !== undefined) return;
    const both = await playBoth(real, simulated, sequence);
    if (typeof both === "string") {
      lost = both;
      return;
    }
    done.steps += sequence.ops.length;
    done.sequences += 1;
    onStep?.(done.steps);
    const at = firstDifference(both.real, both.simulated);
    if (at < 0) return;
    const again = await playBoth(real, simulated, sequence);
    if (typeof again !== "string" && firstDifference(again.real, again.simulated) < 0) {
      done.unsteady += 1;
      return;
    }
    throw new Error(describe(sequence, both, at));
  });
  for (let round = 0; done.steps < steps && Date.now() < end; round += 1) {
    const details = await fc.check(property, { seed: seed + round, numRuns: ROUND });
    if (lost !== undefined) return { ...done, difference: lost };
    if (details.failed) {
      const { errorInstance } = details;
      const text = errorInstance instanceof Error ? errorInstance.message : `${errorInstance}`;
      return {
        ...done,
        difference: `seed ${seed + round}, path ${details.counterexamplePath}\n${text}`,
      };
    }
  }
  return { ...done, difference: undefined };
}

/** What both gave; or, if one of them died of it, its last words and the sequence. */
async function playBoth(
  real: Player,
  simulated: Player,
  sequence: Sequence,
): Promise<{ real: Answers; simulated: Answers } | string> {
  try {
    return { real: await real.play(sequence), simulated: await simulated.play(sequence) };
  } catch (error) {
    return `${error}\n${JSON.stringify(sequence)}`;
  }
}

/** Sequences between two looks at the clock. */
const ROUND = 20;

function firstDifference(one: Answers, other: Answers): number {
  return one.findIndex((answer, at) => answer !== other[at]);
}

/** The sequence with what both gave, up to where they part. */
export function describe(
  { theme, ops }: Sequence,
  { real, simulated }: { real: Answers; simulated: Answers },
  at: number,
): string {
  const lines = ops.slice(0, at + 1).map((op, index) => {
    const call = op.join(" ");
    const [one, other] = [real[index], simulated[index]];
    return one === other
      ? `  ${call} -> ${one}`
      : `  ${call}\n    real      ${one}\n    simulated ${other}`;
  });
  return [`theme ${theme}`, ...lines].join("\n");
}
