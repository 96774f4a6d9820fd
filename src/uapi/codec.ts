/**
 * Kernel structs as data. A struct is a row of named fields; offsets, sizes, encoding and decoding
 * follow from it. One codec serves both sides: the typed layer encodes with it, the simulator
 * decodes with it, so every byte that will face a real kernel has been through the simulator first.
 * Little endian and naturally aligned, as on every machine that has VFIO and Node.
 */

/** One kind of field: its size, its alignment, and how to read and write it. */
export interface FieldType<Value> {
  readonly size: number;
  readonly align: number;
  get(view: DataView, offset: number): Value;
  set(view: DataView, offset: number, value: Value): void;
}

function scalar<Value>(
  size: number,
  get: (view: DataView, offset: number) => Value,
  set: (view: DataView, offset: number, value: Value) => void,
): FieldType<Value> {
  return { size, align: size, get, set };
}

export const u8: FieldType<number> = scalar(
  1,
  (view, at) => view.getUint8(at),
  (view, at, value) => view.setUint8(at, value),
);
export const u16: FieldType<number> = scalar(
  2,
  (view, at) => view.getUint16(at, true),
  (view, at, value) => view.setUint16(at, value, true),
);
export const u32: FieldType<number> = scalar(
  4,
  (view, at) => view.getUint32(at, true),
  (view, at, value) => view.setUint32(at, value, true),
);
export const s32: FieldType<number> = scalar(
  4,
  (view, at) => view.getInt32(at, true),
  (view, at, value) => view.setInt32(at, value, true),
);
export const u64: FieldType<bigint> = scalar(
  8,
  (view, at) => view.getBigUint64(at, true),
  (view, at, value) => view.setBigUint64(at, value, true),
);

/** The fields of a struct by name, in the order of the header. */
export type Fields = Record<string, FieldType<number> | FieldType<bigint>>;

/** The values of a struct's fields: numbers, and bigints for 64-bit fields. */
export type Values<F extends Fields> = {
  -readonly [Name in keyof F]: F[Name] extends FieldType<infer Value> ? Value : never;
};

/** A field where the struct puts it. */
export interface PlacedField<Value> {
  readonly offset: number;
  readonly size: number;
  get(bytes: DataView): Value;
  set(bytes: DataView, value: Value): void;
}

/** A kernel struct: its C name, its size, its fields, and both directions of the codec. */
export interface Struct<F extends Fields> {
  readonly name: string;
  /** sizeof in C, trailing padding included. */
  readonly size: number;
  readonly fields: {
    readonly [Name in keyof F]: F[Name] extends FieldType<infer Value> ? PlacedField<Value> : never;
  };
  /**
   * The bytes of a struct with these values and zeros elsewhere, followed by `extra` zeroed bytes
   * (for capability chains and arrays). A field called `argsz` that is not given is set to the
   * length of the whole.
   */
  encode(values: Partial<Values<F>>, extra?: number): Uint8Array<ArrayBuffer>;
  /** All fields; those that the bytes are too short for read as zero. */
  decode(bytes: Uint8Array): Values<F>;
}

/** Declares a struct by its C name and its fields in order. */
export function struct<F extends Fields>(name: string, fields: F): Struct<F> {
  const placed: Record<string, PlacedField<number | bigint>> = {};
  let end = 0;
  let align = 1;
  for (const [field, type] of Object.entries(fields)) {
    const offset = roundUp(end, type.align);
    placed[field] = place(type as FieldType<number | bigint>, offset);
    end = offset + type.size;
    align = Math.max(align, type.align);
  }
  const size = roundUp(end, align);
  const rows = Object.entries(placed);

  function encode(values: Partial<Values<F>>, extra = 0): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(size + extra);
    const view = viewOf(bytes);
    for (const [field, at] of rows) {
      const value = values[field] as number | bigint | undefined;
      if (value !== undefined) at.set(view, value);
      else if (field === "argsz") at.set(view, bytes.length);
    }
    return bytes;
  }

  function decode(bytes: Uint8Array): Values<F> {
    const whole = bytes.length >= size ? bytes : padded(bytes, size);
    const view = viewOf(whole);
    const values: Record<string, number | bigint> = {};
    for (const [field, at] of rows) values[field] = at.get(view);
    return values as Values<F>;
  }

  return { name, size, fields: placed as Struct<F>["fields"], encode, decode };
}

/** A DataView of exactly these bytes. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function place(type: FieldType<number | bigint>, offset: number): PlacedField<number | bigint> {
  return {
    offset,
    size: type.size,
    get: (view) => type.get(view, offset),
    set: (view, value) => type.set(view, offset, value),
  };
}

function padded(bytes: Uint8Array, size: number): Uint8Array {
  const whole = new Uint8Array(size);
  whole.set(bytes);
  return whole;
}

function roundUp(value: number, to: number): number {
  return Math.ceil(value / to) * to;
}
