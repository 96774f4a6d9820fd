import { type Fields, type Struct, viewOf } from "../../../src/uapi/index.js";
import { number } from "./step.js";

/** Something that has a name in the trace instead of its number. */
export interface Named {
  readonly label: string;
}

/** An address in the process's memory. */
export interface Place extends Named {
  readonly address: bigint;
}

/** A descriptor. */
export interface Descriptor extends Named {
  readonly fd: number;
}

/** What a field is set to: a number, or something whose number the trace is not to show. */
export type FieldValue = number | bigint | Place | Descriptor;

/** The fields that a case gives; `argsz` is the length of struct and extra bytes unless given. */
export type FieldValues<F extends Fields> = { [Name in keyof F]?: FieldValue };

/** How the bytes around the given fields are to be. */
export interface ArgumentOptions {
  /** Bytes behind the struct. */
  extra?: number;
  /** What fields that are not given, and the extra bytes, hold; 0 unless told. */
  fill?: number;
  /** Offsets of 32-bit numbers that differ between kernels; the trace does not show them. */
  hidden?: readonly number[];
  /** Length of the memory behind the argument, whatever `argsz` says. */
  room?: number;
}

/** An ioctl's bytes and how the trace shows them. */
export interface Argument extends Named {
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The value that stands for "written by nobody" in info structs. */
export const FILL = 0xa5;

/** Builds an ioctl's struct. */
export function structArgument<F extends Fields>(
  layout: Struct<F>,
  values: FieldValues<F>,
  { extra = 0, fill = 0, room }: ArgumentOptions = {},
): Argument {
  const length = layout.size + extra;
  const whole = new Uint8Array(Math.max(length, room ?? 0)).fill(fill);
  const given = Object.entries(values) as [string, FieldValue][];
  if ("argsz" in layout.fields && values["argsz"] === undefined) given.unshift(["argsz", length]);
  for (const [name, value] of given) set(whole, layout, name, value);
  const shown = given
    .filter(([name, value]) => name !== "argsz" || value !== layout.size)
    .map(([name, value]) => `${name}=${show(value)}`);
  if (room !== undefined) shown.push(`room=${room}`);
  return { bytes: whole.slice(0, room ?? length), label: shown.join(" ") };
}

/** How the trace shows a value. */
export function show(value: FieldValue): string {
  return typeof value === "object" ? value.label : number(value);
}

/** The number that the kernel is to see. */
export function plain(value: FieldValue): number | bigint {
  if (typeof value !== "object") return value;
  return "fd" in value ? value.fd : value.address;
}

function set<F extends Fields>(
  bytes: Uint8Array,
  layout: Struct<F>,
  name: string,
  value: FieldValue,
): void {
  const field = layout.fields[name];
  if (field === undefined) throw new Error(`${layout.name} has no field ${name}`);
  const raw = plain(value);
  const view = viewOf(bytes);
  if (field.size === 8) view.setBigUint64(field.offset, BigInt.asUintN(64, BigInt(raw)), true);
  else if (field.size === 4) view.setUint32(field.offset, Number(raw) >>> 0, true);
  else if (field.size === 2) view.setUint16(field.offset, Number(raw), true);
  else view.setUint8(field.offset, Number(raw));
}
