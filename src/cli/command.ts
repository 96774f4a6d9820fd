import type { Kernel } from "../kernel.js";
import type { Paint } from "./text/paint.js";

/** What a command works with. */
export interface CommandContext {
  readonly kernel: Kernel;
  /** Aborted when the user interrupts. */
  readonly signal: AbortSignal;
  readonly paint: Paint;
  /** True with --json: nothing but one JSON document goes to standard output. */
  readonly json: boolean;
  /** A remark on standard error. */
  note(text: string): void;
  /** Text on standard output before the command is done (nothing with --json). */
  print(text: string): void;
}

/** A command: what it does, and how its result reads. With --json the result itself is printed. */
export interface Command<Options, Result> {
  run(
    context: CommandContext,
    parameters: readonly string[],
    options: Options,
  ): Result | Promise<Result>;
  /** The result for people. */
  show(result: Result, paint: Paint): string;
}

/** Any command: called with what its own specification asks for. */
export interface AnyCommand {
  run(context: CommandContext, parameters: readonly string[], options: never): unknown;
  show(result: never, paint: Paint): string;
}

/** An option of a command, in commander's notation. */
export interface OptionSpec {
  readonly flags: string;
  readonly text: string;
  readonly initial?: string;
  readonly choices?: readonly string[];
}

/** A row of the catalogue: how a command is called, and where it is. */
export interface CommandSpec {
  /** Its words and parameters: `mdev start <type>`. */
  readonly usage: string;
  readonly summary: string;
  /** More about it, after the summary in its help. */
  readonly about?: string;
  readonly options?: readonly OptionSpec[];
  /** Command lines, without `vfio`, and what they do. */
  readonly examples: readonly (readonly [line: string, text: string])[];
  /** A simulated machine comes up for it with nothing bound and nothing created. */
  readonly freshMachine?: boolean;
  /** It reads sysfs and opens nothing unless it can: a machine without VFIO will do. */
  readonly looks?: boolean;
  /** Loads it; nothing of a command is loaded before it is called. */
  load(): Promise<AnyCommand>;
}
