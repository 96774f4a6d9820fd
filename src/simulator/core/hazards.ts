import type { SeededRandom } from "./random.js";

/** One meeting with undefined behaviour: what it was, and where. */
export interface MetHazard {
  readonly name: string;
  readonly where: string;
}

/** What the real kernel leaves undefined and a client has met. */
export interface Hazards {
  /** Notes it, and throws on a strict machine. Returns a seeded random byte otherwise. */
  meet(name: string, where: string): number;
  readonly met: readonly MetHazard[];
}

/** What a strict machine throws at a client that has met undefined behaviour. */
export class HazardError extends Error {
  constructor(hazard: string, where: string) {
    super(`undefined behaviour on a strict machine: ${hazard}, ${where}`);
    this.name = "HazardError";
  }
}

/** The notes that are kept of each kind of hazard at most, so that a long run stays small. */
const NOTES_PER_NAME = 100;

/** The hazards of one machine. */
export class HazardLog implements Hazards {
  readonly #met: MetHazard[] = [];
  readonly #counts = new Map<string, number>();

  constructor(
    readonly random: SeededRandom,
    readonly strict: boolean,
  ) {}

  get met(): readonly MetHazard[] {
    return this.#met;
  }

  meet(name: string, where: string): number {
    const count = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, count);
    if (count <= NOTES_PER_NAME) this.#met.push({ name, where });
    if (this.strict) throw new HazardError(name, where);
    return this.random.byte();
  }
}
