import type { Fields, Struct, Values } from "../../../src/uapi/index.js";
import { hex } from "./step.js";
import type { Expected } from "./versions.js";

/** What a call gave: its result, or the name of the error. Text for attributes of sysfs. */
export type Value = number | string;

/** Where an outcome's expectations are judged. */
export interface Judge {
  /** The value expected of the kernel on trial. */
  expected<T>(value: Expected<T>): T;
  /** Notes an expectation about a step, and a failure unless it holds. */
  judge(step: number, holds: boolean, message: () => string): void;
}

/** What a step did to the bytes that were passed. */
export interface Effect {
  before: Uint8Array;
  after: Uint8Array;
  /** Offsets of bytes that differ between kernels: 32-bit numbers that the trace does not show. */
  hidden?: readonly number[] | undefined;
}

/** One recorded step with what it gave; its methods say what it should have given. */
export class Outcome<F extends Fields = Fields> {
  constructor(
    readonly judge: Judge,
    readonly step: number,
    readonly value: Value,
    readonly effect: Effect = { before: new Uint8Array(), after: new Uint8Array() },
    readonly layout?: Struct<F>,
  ) {}

  get succeeded(): boolean {
    return typeof this.value === "number";
  }

  /** The bytes after the call. */
  get bytes(): Uint8Array {
    return this.effect.after;
  }

  /** The struct's fields after the call. */
  get fields(): Values<F> {
    if (this.layout === undefined) throw new Error("this step has no struct");
    return this.layout.decode(this.bytes);
  }

  /** The result or error is this. */
  is(expected: Expected<Value>): this {
    const value = this.judge.expected(expected);
    return this.#check(this.value === value, () => `expected ${value}, got ${this.value}`);
  }

  /** The result is this, or the case cannot go on. */
  must(expected: Expected<Value>): this {
    this.is(expected);
    if (this.value !== this.judge.expected(expected)) throw new Error(`${this.value} at set-up`);
    return this;
  }

  /** These fields have these values after the call. */
  has(expected: { [Name in keyof F]?: Expected<Values<F>[Name]> }): this {
    const fields = this.fields;
    for (const name of Object.keys(expected) as (keyof F & string)[]) {
      const value = this.judge.expected(expected[name] as Expected<Values<F>[typeof name]>);
      const actual = fields[name];
      this.#check(actual === value, () => `expected ${name} ${value}, got ${actual}`);
    }
    return this;
  }

  /** The bytes from an offset on are these, given as hexadecimal digits. */
  holds(offset: number, digits: Expected<string>): this {
    const expected = this.judge.expected(digits).replaceAll(" ", "");
    const bytes = this.bytes.subarray(offset, offset + expected.length / 2);
    const actual = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return this.#check(
      actual === expected,
      () => `expected ${expected} at ${offset}, got ${hex(bytes)}`,
    );
  }

  /** The call left the bytes alone. */
  untouched(): this {
    const { before, after } = this.effect;
    const same = before.length === after.length && before.every((byte, at) => byte === after[at]);
    return this.#check(same, () => "expected the bytes to be untouched");
  }

  #check(holds: boolean, message: () => string): this {
    this.judge.judge(this.step, holds, message);
    return this;
  }
}
