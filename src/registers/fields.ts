/**
 * Bit fields of registers, as data. Bits are numbered from 0, the least significant. Registers of
 * up to 4 bytes are Numbers (unsigned), registers of 8 bytes are bigints; fields are booleans (one
 * bit) or Numbers (several).
 */

/** One bit, read and written as a boolean. */
export interface BitDefinition {
  readonly kind: "bit";
  readonly low: number;
  readonly high: number;
}

/** Bits `low` to `high`, both included, read and written as a Number. */
export interface BitsDefinition {
  readonly kind: "bits";
  readonly low: number;
  readonly high: number;
}

/** A register's field: one bit or several. */
export type FieldDefinition = BitDefinition | BitsDefinition;

/** Fields by name. */
export type FieldDefinitions = Readonly<Record<string, FieldDefinition>>;

/** What a register's fields hold: booleans for `bit`, Numbers for `bits`. */
export type FieldValues<F extends FieldDefinitions> = {
  -readonly [Name in keyof F]: F[Name] extends BitDefinition ? boolean : number;
};

/** A Number holds this many bits exactly; a wider field is the register itself. */
const exactBits = 53;

/** Declares a one-bit field. @throws RangeError for a bit that no register has */
export function bit(index: number): BitDefinition {
  checkBit(index);
  return { kind: "bit", low: index, high: index };
}

/**
 * Declares a field of the bits `low` to `high`, both included, at most 53 of them.
 *
 * @throws RangeError for bits that no register has, or that are in the wrong order
 */
export function bits(low: number, high: number): BitsDefinition {
  checkBit(low);
  checkBit(high);
  if (high < low) throw new RangeError(`bits(${low}, ${high}): the lower bit comes first`);
  if (high - low >= exactBits) {
    throw new RangeError(`bits(${low}, ${high}): a field has at most ${exactBits} bits`);
  }
  return { kind: "bits", low, high };
}

/** The largest value that a field holds. */
export function fieldMaximum({ low, high }: FieldDefinition): number {
  return 2 ** (high - low + 1) - 1;
}

/** A field's value in a register's value. */
export function extractField(field: FieldDefinition, value: number | bigint): number {
  if (typeof value === "number") return Math.floor(value / 2 ** field.low) % 2 ** width(field);
  return Number(BigInt.asUintN(width(field), value >> BigInt(field.low)));
}

/**
 * A register's value with one field replaced.
 *
 * @throws RangeError for a field value that does not fit
 */
export function insertField<V extends number | bigint>(
  field: FieldDefinition,
  value: V,
  fieldValue: number | boolean,
): V {
  const wanted = Number(fieldValue);
  if (!Number.isInteger(wanted) || wanted < 0 || wanted > fieldMaximum(field)) {
    throw new RangeError(`${fieldValue} does not fit into bits ${field.low} to ${field.high}`);
  }
  if (typeof value === "number") {
    return (value + (wanted - extractField(field, value)) * 2 ** field.low) as V;
  }
  const at = BigInt(field.low);
  const mask = BigInt(fieldMaximum(field)) << at;
  return (((value as bigint) & ~mask) | (BigInt(wanted) << at)) as V;
}

function width({ low, high }: FieldDefinition): number {
  return high - low + 1;
}

function checkBit(index: number): void {
  if (!Number.isInteger(index) || index < 0 || index > 63) {
    throw new RangeError(`${index} is not a bit of a register: 0 to 63`);
  }
}
