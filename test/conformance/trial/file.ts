import type { IoctlArgument, MmapOptions } from "../../../src/kernel.js";
import { type Fields, type Struct, Vfio } from "../../../src/uapi/index.js";
import {
  type ArgumentOptions,
  type Descriptor,
  type FieldValues,
  type Place,
  structArgument,
} from "./argument.js";
import { TracedMapping } from "./mapping.js";
import { Outcome } from "./outcome.js";
import { hex, number } from "./step.js";
import type { FileKind, Trial } from "./trial.js";

/** An ioctl by its C name, or by number. */
export type Request = keyof typeof Vfio | number;

/** An open file whose calls are recorded. Its methods are the system calls. */
export class TracedFile implements Descriptor {
  #open = true;

  constructor(
    readonly trial: Trial,
    readonly fd: number,
    readonly label: string,
  ) {}

  /** An ioctl with any argument; `null` and places are addresses. */
  ioctl(
    request: Request,
    argument: IoctlArgument | Place | null = 0,
    shown?: string,
    hidden?: readonly number[],
  ): Outcome {
    const raw = rawArgument(argument);
    const call = [this.label, requestLabel(request), shown ?? argumentLabel(argument)];
    const effect =
      raw instanceof Uint8Array ? { before: raw.slice(), after: raw, hidden } : undefined;
    return this.trial.step(call.filter(Boolean).join(" "), { effect }, () =>
      this.trial.kernel.unsafeIoctl(this.fd, requestNumber(request), raw),
    );
  }

  /** An ioctl with a struct. */
  call<F extends Fields>(
    request: Request,
    layout: Struct<F>,
    values: FieldValues<F>,
    options: ArgumentOptions = {},
  ): Outcome<F> {
    const { bytes, label } = structArgument(layout, values, options);
    const { step, value, effect } = this.ioctl(request, bytes, label, options.hidden);
    return new Outcome(this.trial, step, value, effect, layout);
  }

  /** An ioctl that is to give a descriptor. */
  openBy<File extends TracedFile>(
    kind: FileKind<File>,
    request: Request,
    argument: IoctlArgument,
    { label, shown }: { label: string; shown?: string },
  ): File {
    const call = `${this.label} ${requestLabel(request)} ${shown ?? argumentLabel(argument)}`;
    return this.trial.opened(kind, label, call.trim(), () =>
      this.trial.kernel.unsafeIoctl(this.fd, requestNumber(request), argument),
    );
  }

  read(length: number): Outcome {
    return this.#transfer(`read ${length}`, length, (bytes) =>
      this.trial.kernel.read(this.fd, bytes),
    );
  }

  pread(length: number, offset: number): Outcome {
    return this.#transfer(`pread ${length} at ${number(offset)}`, length, (bytes) =>
      this.trial.kernel.pread(this.fd, bytes, offset),
    );
  }

  write(source: Uint8Array): Outcome {
    return this.trial.step(`${this.label} write ${hex(source)}`, {}, () =>
      this.trial.kernel.write(this.fd, source),
    );
  }

  pwrite(source: Uint8Array, offset: number): Outcome {
    return this.trial.step(`${this.label} pwrite ${hex(source)} at ${number(offset)}`, {}, () =>
      this.trial.kernel.pwrite(this.fd, source, offset),
    );
  }

  /** Maps what is to be mappable. */
  mmap(options: MmapOptions, label: string): TracedMapping {
    const mapped: { mapping?: TracedMapping } = {};
    const outcome = this.#mmap(
      options,
      (mapping) => {
        mapped.mapping = mapping;
      },
      label,
    );
    if (mapped.mapping === undefined) throw new Error(`cannot map ${label}: ${outcome.value}`);
    return mapped.mapping;
  }

  /** Maps and unmaps again; the result is 0 if it could be mapped. */
  tryMmap(options: MmapOptions): Outcome {
    return this.#mmap(options, (mapping) => mapping.release(), "mapping");
  }

  dup(label: string): TracedFile {
    const dup = () => this.trial.kernel.dup(this.fd);
    return this.trial.opened(TracedFile, label, `dup ${this.label}`, dup);
  }

  close(): void {
    this.trial.step(`close ${this.label}`, {}, () => {
      this.release();
      return 0;
    });
  }

  /** Closes it if it is still open; not recorded. */
  release(): void {
    if (!this.#open) return;
    this.#open = false;
    this.trial.kernel.close(this.fd);
  }

  #mmap(options: MmapOptions, use: (mapping: TracedMapping) => void, label: string): Outcome {
    const { offset, length } = options;
    const shared = options.private ? " private" : "";
    const call = `${this.label} mmap ${number(length)} at ${number(offset)}${shared}`;
    return this.trial.step(call, {}, () => {
      const mapping = this.trial.kernel.mmap(this.fd, options);
      const traced = new TracedMapping(this.trial, mapping, label);
      this.trial.defer(() => traced.release());
      use(traced);
      return 0;
    });
  }

  #transfer(what: string, length: number, transfer: (bytes: Uint8Array) => number): Outcome {
    const bytes = new Uint8Array(length).fill(0xa5);
    const done = { count: 0 };
    const note = () => hex(bytes.subarray(0, done.count));
    const outcome = this.trial.step(`${this.label} ${what}`, { note }, () => {
      done.count = transfer(bytes);
      return done.count;
    });
    const after = bytes.subarray(0, done.count);
    return new Outcome(this.trial, outcome.step, outcome.value, { before: after, after });
  }
}

/** How the trace shows a request. */
export function requestLabel(request: Request): string {
  return typeof request === "number" ? `ioctl(${number(request)})` : request;
}

function requestNumber(request: Request): number {
  return typeof request === "number" ? request : Vfio[request];
}

function rawArgument(argument: IoctlArgument | Place | null): IoctlArgument {
  if (argument === null) return 0;
  return typeof argument === "object" && "address" in argument ? argument.address : argument;
}

function argumentLabel(argument: IoctlArgument | Place | null): string {
  if (argument === null) return "NULL";
  if (argument instanceof Uint8Array) return hex(argument);
  if (typeof argument === "object") return argument.label;
  if (typeof argument !== "string") return number(argument);
  return argument.length > 64 ? `(${argument.length} characters)` : JSON.stringify(argument);
}
