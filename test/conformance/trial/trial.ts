import { isVfioError } from "../../../src/errors.js";
import type { Kernel } from "../../../src/kernel.js";
import { OpenFlags } from "../../../src/kernel.js";
import { TracedEventfd } from "./eventfd.js";
import { TracedFile } from "./file.js";
import type { Host, ProcessOptions } from "./host.js";
import { type MemoryOptions, TracedMemory } from "./memory.js";
import { type Effect, type Judge, Outcome, type Value } from "./outcome.js";
import { changes, type Failure, type Step } from "./step.js";
import { TracedSysfs } from "./sysfs.js";
import { type Expected, resolve, type Version } from "./versions.js";

/** What a step is asked to do, and how the trace shows it. */
export interface StepOptions {
  /** Shown instead of a successful result, for numbers that differ between kernels. */
  as?: string | undefined;
  /** Added to a successful result: what was read. */
  note?: (() => string) | undefined;
}

/** A class of files. */
export type FileKind<File extends TracedFile> = new (
  trial: Trial,
  fd: number,
  label: string,
) => File;

/** One case on one kernel: wraps its calls, records them, judges what they give, cleans up. */
export class Trial implements Judge {
  readonly steps: Step[];
  readonly failures: Failure[];
  readonly sysfs: TracedSysfs;
  /** How many expectations were judged; a case without any could not fail. */
  judged = 0;
  readonly #undo: (() => void | Promise<void>)[] = [];

  constructor(
    readonly kernel: Kernel,
    readonly version: Version,
    readonly host: Host,
    readonly parent?: Trial,
  ) {
    this.steps = parent?.steps ?? [];
    this.failures = parent?.failures ?? [];
    this.sysfs = new TracedSysfs(this);
  }

  /** Another process of the machine, whose calls are recorded here too. */
  process(options?: ProcessOptions): Trial {
    const kernel = this.host.process(options);
    const other = this.within(kernel);
    this.defer(async () => {
      await other.end();
      kernel.shutdown();
    });
    return other;
  }

  /** The same trial on another process's kernel. Who ends the process closes what it has. */
  within(kernel: Kernel): Trial {
    return new Trial(kernel, this.version, this.host, this);
  }

  /** Opens a file that is to open. */
  open(path: string, label: string, flags?: number): TracedFile {
    return this.openAs(TracedFile, path, label, flags);
  }

  /** Opens a file that is to open, with the methods of its kind. */
  openAs<File extends TracedFile>(
    kind: FileKind<File>,
    path: string,
    label: string,
    flags: number = OpenFlags.readWrite,
  ): File {
    return this.opened(kind, label, `open ${label}`, () => this.kernel.open(path, flags));
  }

  /** Records a step that is to give a descriptor, and wraps that. */
  opened<File extends TracedFile>(
    kind: FileKind<File>,
    label: string,
    call: string,
    open: () => number,
  ): File {
    const outcome = this.step(call, { as: "fd" }, open);
    if (typeof outcome.value === "number") return this.adopt(kind, outcome.value, label);
    throw new Error(`${call}: ${outcome.value}`);
  }

  /** Opens a file and closes it again; the result is 0 if it could be opened. */
  tryOpen(path: string, label: string, flags: number = OpenFlags.readWrite): Outcome {
    return this.step(`open ${label}`, {}, () => {
      this.kernel.close(this.kernel.open(path, flags));
      return 0;
    });
  }

  /** A descriptor that the kernel gave, under its name; closed at the end if still open. */
  adopt<File extends TracedFile>(kind: FileKind<File>, fd: number, label: string): File {
    const file = new kind(this, fd, label);
    this.defer(() => file.release());
    return file;
  }

  eventfd(label: string): TracedEventfd {
    const eventfd = new TracedEventfd(this, this.kernel.eventfd(), label);
    this.defer(() => eventfd.release());
    return eventfd;
  }

  /** Page-aligned zeroed memory. */
  memory(length: number, label: string, options: MemoryOptions = {}): TracedMemory {
    const memory = new TracedMemory(this.kernel.allocate(length, options), label);
    this.defer(() => memory.free());
    return memory;
  }

  /** Waits, unrecorded, until the condition holds; what was waited for is recorded. */
  async until(what: string, condition: () => boolean, milliseconds = 3000): Promise<boolean> {
    const { clock } = this.kernel;
    const end = clock.now() + BigInt(milliseconds) * 1_000_000n;
    let holds = condition();
    while (!holds && clock.now() < end) {
      await clock.sleep(2);
      holds = condition();
    }
    this.check(`until ${what}`, holds, () => `not within ${milliseconds} ms`);
    return holds;
  }

  /** Records a call and what it gave. An error that no kernel gives ends the case. */
  step(
    call: string,
    { as, note, effect }: StepOptions & { effect?: Effect | undefined },
    attempt: () => Value,
  ): Outcome {
    let value: Value;
    let failed = false;
    try {
      value = attempt();
    } catch (error) {
      if (!isVfioError(error)) throw error;
      value = error.code;
      failed = true;
    }
    const changed = effect === undefined ? "" : changes(effect);
    const noted = failed || note === undefined ? "" : note();
    const shown = !failed && as !== undefined ? as : JSON.stringify(value).replace(/^"|"$/g, "");
    const result = [shown, noted, changed === "" ? "" : `[${changed}]`].filter(Boolean).join(" ");
    this.steps.push({ call, result });
    return new Outcome(this, this.steps.length - 1, value, effect);
  }

  /** Records a fact that the case has worked out itself. */
  check(what: string, holds: boolean, message: () => string): void {
    this.steps.push({ call: what, result: holds ? "yes" : "no" });
    this.judge(this.steps.length - 1, holds, message);
  }

  /** Records a value and judges it. */
  equal<T extends string | number | bigint>(what: string, actual: T, expected: Expected<T>): void {
    const value = this.expected(expected);
    this.steps.push({ call: what, result: `${actual}` });
    const message = () => `expected ${value}, got ${actual}`;
    this.judge(this.steps.length - 1, actual === value, message);
  }

  expected<T>(value: Expected<T>): T {
    return resolve(value, this.version);
  }

  judge(step: number, holds: boolean, message: () => string): void {
    this.judged += 1;
    if (this.parent !== undefined) this.parent.judged += 1;
    if (!holds) this.failures.push({ step, message: message() });
  }

  /** Does this when the case ends; the last thing deferred is done first. */
  defer(undo: () => void | Promise<void>): void {
    this.#undo.push(undo);
  }

  /** Undoes everything; goes on after a failure and throws the first one at the end. */
  async end(): Promise<void> {
    const errors: unknown[] = [];
    for (let undo = this.#undo.pop(); undo !== undefined; undo = this.#undo.pop()) {
      try {
        await undo();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }
}
