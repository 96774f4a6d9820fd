import {
  decodeFields,
  encodeFields,
  type FieldDefinitions,
  type FieldValues,
  type RegisterDefinition,
  type RegisterValue,
} from "../registers/index.js";
import type { Region } from "./region.js";
import { type LiveFields, liveFields } from "./register-field.js";

/** What every live register has. */
export interface RegisterFacts<R extends RegisterDefinition> {
  /** Its name in the map. */
  readonly name: string;
  readonly region: Region;
  readonly definition: R;
  /** Its fields by name: `status.fields.computing.read()`. */
  readonly fields: LiveFields<R>;
  /** The fields of a value that was read: `status.decode(value).computing`. */
  decode(value: RegisterValue<R>): FieldValues<R["fields"]>;
}

/** A register that can be read. Each call is one access. */
export interface ReadableRegister<R extends RegisterDefinition> {
  /** What it holds. */
  read(): RegisterValue<R>;
  /** One access, all fields of it. */
  readFields(): FieldValues<R["fields"]>;
}

/** A register that can be written. Each call is one access. */
export interface WritableRegister<R extends RegisterDefinition> {
  /** All of its bits. @throws RangeError, TypeError for a value that does not fit */
  write(value: RegisterValue<R>): void;
  /** Writes these fields, and zeros elsewhere. */
  writeFields(fields: Partial<FieldValues<R["fields"]>>): void;
}

/** A register that can be both. */
export interface UpdatableRegister<R extends RegisterDefinition> {
  /** Reads, replaces these fields, writes: two accesses. */
  update(fields: Partial<FieldValues<R["fields"]>>): void;
}

/** A live register: it has what its access allows. */
export type LiveRegister<R extends RegisterDefinition> = RegisterFacts<R> &
  (R["access"] extends "wo" ? unknown : ReadableRegister<R>) &
  (R["access"] extends "ro" ? unknown : WritableRegister<R>) &
  (R["access"] extends "rw" ? UpdatableRegister<R> : unknown);

type Fields = FieldValues<FieldDefinitions>;

/** What registers of all widths share. Offsets are checked when they are made. */
export abstract class Register<Value extends number | bigint> {
  readonly region: Region;
  readonly name: string;
  readonly definition: RegisterDefinition;
  protected readonly offset: number;
  #fields: LiveFields<RegisterDefinition> | undefined;

  constructor(region: Region, name: string, definition: RegisterDefinition) {
    this.region = region;
    this.name = name;
    this.definition = definition;
    this.offset = definition.offset;
  }

  abstract read(): Value;
  abstract write(value: Value): void;
  protected abstract readonly zero: Value;

  get fields(): LiveFields<RegisterDefinition> {
    this.#fields ??= liveFields(this as unknown as Register<number | bigint>);
    return this.#fields;
  }

  decode(value: Value): Fields {
    return decodeFields(this.definition, value);
  }

  readFields(): Fields {
    return this.decode(this.read());
  }

  writeFields(fields: Partial<Fields>): void {
    this.write(encodeFields(this.definition, fields, this.zero));
  }

  update(fields: Partial<Fields>): void {
    this.write(encodeFields(this.definition, fields, this.read()));
  }

  protected refuse(action: string): never {
    throw new TypeError(`${this.region.name} ${this.name}: it cannot be ${action}`);
  }
}

/** One byte. */
export class Register8 extends Register<number> {
  protected readonly zero = 0;
  read(): number {
    return this.region.read8(this.offset);
  }
  write(value: number): void {
    this.region.write8(this.offset, value);
  }
}

/** Two bytes. */
export class Register16 extends Register<number> {
  protected readonly zero = 0;
  read(): number {
    return this.region.read16(this.offset);
  }
  write(value: number): void {
    this.region.write16(this.offset, value);
  }
}

/** Four bytes. */
export class Register32 extends Register<number> {
  protected readonly zero = 0;
  read(): number {
    return this.region.read32(this.offset);
  }
  write(value: number): void {
    this.region.write32(this.offset, value);
  }
}

/** Eight bytes, as a bigint. */
export class Register64 extends Register<bigint> {
  protected readonly zero = 0n;
  read(): bigint {
    return this.region.read64(this.offset);
  }
  write(value: bigint): void {
    this.region.write64(this.offset, value);
  }
}
