import {
  extractField,
  type FieldDefinition,
  type FieldValues,
  type RegisterDefinition,
} from "../registers/index.js";
import type { Register } from "./register.js";

/** One field of a live register. */
export interface LiveField<Value> {
  /** One access. */
  read(): Value;
  /** Keeps the register's other bits: reads it first, unless it is write-only (then zeros). */
  write(value: Value): void;
}

/** A register's fields by name. */
export type LiveFields<R extends RegisterDefinition> = {
  readonly [Name in keyof R["fields"]]: LiveField<FieldValues<R["fields"]>[Name]>;
};

type AnyRegister = Register<number | bigint>;

class Field implements LiveField<number | boolean> {
  constructor(
    readonly register: AnyRegister,
    readonly name: string,
    readonly definition: FieldDefinition,
  ) {}

  read(): number | boolean {
    const value = extractField(this.definition, this.register.read());
    return this.definition.kind === "bit" ? value === 1 : value;
  }

  write(value: number | boolean): void {
    const fields = { [this.name]: value } as Record<string, never>;
    if (this.register.definition.access === "wo") this.register.writeFields(fields);
    else this.register.update(fields);
  }
}

/** The fields of a register, made at their first use. */
export function liveFields(register: AnyRegister): LiveFields<RegisterDefinition> {
  const live: Record<string, Field> = {};
  for (const [name, definition] of Object.entries(register.definition.fields)) {
    live[name] = new Field(register, name, definition);
  }
  return live as LiveFields<RegisterDefinition>;
}
