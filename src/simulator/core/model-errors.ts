import { HazardError } from "./hazards.js";

/** An error that a device model threw, and in which of its callbacks. */
export interface ModelError {
  readonly where: string;
  readonly error: unknown;
}

/** Called with the errors that device models throw. */
export type OnModelError = (failure: ModelError) => void;

/**
 * Errors of device models. A client never sees them: it gets what a kernel would answer for a
 * device that is broken, and the machine goes on. Whoever made the machine is told.
 */
export class ModelErrors {
  readonly #seen: ModelError[] = [];
  readonly #report: OnModelError;

  constructor(report: OnModelError = warn) {
    this.#report = report;
  }

  get seen(): readonly ModelError[] {
    return this.#seen;
  }

  /**
   * Notes an error.
   *
   * @throws the error itself when it is a strict machine's: that is for the client
   */
  caught(where: string, error: unknown): void {
    if (error instanceof HazardError) throw error;
    this.#seen.push({ where, error });
    this.#report({ where, error });
  }
}

function warn({ where, error }: ModelError): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.emitWarning(`the model of a device threw in ${where}: ${text}`, "DeviceModelWarning");
}
