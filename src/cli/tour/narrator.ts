import type { CommandContext } from "../command.js";

const INDENT = "   ";
const LABEL = 16;

/** Tells the tour as it happens: numbered steps, remarks, and facts under labels. */
export class Narrator {
  #step = 0;
  readonly #context: Pick<CommandContext, "print" | "paint">;

  constructor(context: Pick<CommandContext, "print" | "paint">) {
    this.#context = context;
  }

  /** How many steps have begun. */
  get steps(): number {
    return this.#step;
  }

  /** Begins a step. */
  title(text: string): void {
    this.#step += 1;
    const { print, paint } = this.#context;
    print(`\n${paint.bold(`${this.#step}. ${text}`)}\n`);
  }

  /** A remark on what is to come, line by line. */
  say(...lines: readonly string[]): void {
    const { print, paint } = this.#context;
    for (const line of lines) print(`${INDENT}${paint.dim(line)}\n`);
  }

  /** Something that was done, and what came of it. */
  fact(label: string, text: string): void {
    const { print, paint } = this.#context;
    print(`${INDENT}${paint.cyan(label.padEnd(LABEL))} ${text}\n`);
  }
}
