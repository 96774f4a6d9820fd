/**
 * Typed register definitions: where a register is, how wide, who may read and write it, and which
 * bit fields it has. Pure data: programs, the dump, the explorer and the simulated device that
 * implements it share one map.
 */

import { extractField, type FieldDefinitions, type FieldValues, insertField } from "./fields.js";

/** Widths of a register in bytes. */
export type RegisterWidth = 1 | 2 | 4 | 8;

/** Read-only, write-only, or both. */
export type RegisterAccess = "ro" | "wo" | "rw";

/** One register. `offset` is in bytes from the region's start. */
export interface RegisterDefinition<
  W extends RegisterWidth = RegisterWidth,
  A extends RegisterAccess = RegisterAccess,
  F extends FieldDefinitions = FieldDefinitions,
> {
  readonly offset: number;
  readonly width: W;
  readonly access: A;
  readonly fields: F;
}

/** Registers by name, in the order in which a dump shows them. */
export type RegisterMap = Readonly<Record<string, RegisterDefinition>>;

/** What a register holds: bigint for 8 bytes, Number for all others. */
export type RegisterValue<R extends RegisterDefinition> = R["width"] extends 8 ? bigint : number;

/** Declares a register of one width and access: `rw32(0x20, { busy: bit(0) })`. */
export type DefineRegister<W extends RegisterWidth, A extends RegisterAccess> = <
  // biome-ignore lint/complexity/noBannedTypes: a register without fields has none, not any
  const F extends FieldDefinitions = {},
>(
  offset: number,
  fields?: F,
) => RegisterDefinition<W, A, F>;

/** A register of 1 byte: read only. */
export const ro8 = define(1, "ro");
/** A register of 2 bytes: read only. */
export const ro16 = define(2, "ro");
/** A register of 4 bytes: read only. */
export const ro32 = define(4, "ro");
/** A register of 8 bytes, a bigint: read only. */
export const ro64 = define(8, "ro");
/** A register of 1 byte: write only. */
export const wo8 = define(1, "wo");
/** A register of 2 bytes: write only. */
export const wo16 = define(2, "wo");
/** A register of 4 bytes: write only. */
export const wo32 = define(4, "wo");
/** A register of 8 bytes, a bigint: write only. */
export const wo64 = define(8, "wo");
/** A register of 1 byte: read and write. */
export const rw8 = define(1, "rw");
/** A register of 2 bytes: read and write. */
export const rw16 = define(2, "rw");
/** A register of 4 bytes: read and write. */
export const rw32 = define(4, "rw");
/** A register of 8 bytes, a bigint: read and write. */
export const rw64 = define(8, "rw");

/** All fields of a register's value. */
export function decodeFields<F extends FieldDefinitions>(
  register: RegisterDefinition<RegisterWidth, RegisterAccess, F>,
  value: number | bigint,
): FieldValues<F> {
  const values: Record<string, number | boolean> = {};
  for (const [name, field] of Object.entries(register.fields)) {
    const number = extractField(field, value);
    values[name] = field.kind === "bit" ? number === 1 : number;
  }
  return values as FieldValues<F>;
}

/**
 * A register's value with these fields, and all other bits as in `base`.
 *
 * @throws TypeError for a field that the register does not have, RangeError for one that overflows
 */
export function encodeFields<F extends FieldDefinitions, V extends number | bigint>(
  register: RegisterDefinition<RegisterWidth, RegisterAccess, F>,
  fields: Partial<FieldValues<F>>,
  base: V,
): V {
  let value = base;
  for (const [name, fieldValue] of Object.entries(fields)) {
    const field = Object.hasOwn(register.fields, name) ? register.fields[name] : undefined;
    if (field === undefined) throw new TypeError(`the register has no field "${name}"`);
    if (fieldValue !== undefined) value = insertField(field, value, fieldValue as number);
  }
  return value;
}

function define<W extends RegisterWidth, A extends RegisterAccess>(
  width: W,
  access: A,
): DefineRegister<W, A> {
  return (offset, fields) => {
    if (!Number.isSafeInteger(offset) || offset < 0 || offset % width !== 0) {
      throw new RangeError(`offset ${offset}: a register of ${width} bytes stands at a multiple`);
    }
    for (const [name, { high }] of Object.entries(fields ?? {})) {
      if (high >= width * 8) {
        throw new RangeError(`field "${name}": bit ${high} of a register of ${width} bytes`);
      }
    }
    return { offset, width, access, fields: (fields ?? {}) as never };
  };
}
