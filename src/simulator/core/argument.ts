import type { IoctlArgument } from "../../kernel.js";
import type { Client } from "./client.js";
import { scratch } from "./scratch.js";

/**
 * An ioctl's third argument as the kernel sees it: a number that may be an address. Bytes and
 * strings behave as memory that ends at an unmapped page, so reading past them is EFAULT.
 */
export interface UserArgument {
  /** The argument as an unsigned 64-bit number; for bytes and strings an address, never 0. */
  readonly value: bigint;
  /** The same as a Number: exact below 2^53, and beyond it not a number that means anything. */
  readonly number: number;
  /** copy_from_user: the bytes at this offset, or undefined for EFAULT. */
  read(length: number, offset?: number): Uint8Array | undefined;
  /** copy_from_user into the leading `length` bytes of a target: false for EFAULT. */
  readInto(target: Uint8Array, length: number, offset?: number): boolean;
  /** copy_to_user: false for EFAULT. What fits is written before the fault. */
  write(bytes: Uint8Array, offset?: number): boolean;
}

/** The argument that a client passed. */
export function userArgument(client: Client, argument: IoctlArgument): UserArgument {
  if (argument instanceof Uint8Array) return new BytesArgument(argument);
  if (typeof argument === "string") return new BytesArgument(encoder.encode(`${argument}\0`));
  return new AddressArgument(client, argument);
}

const encoder = new TextEncoder();

/** Where bytes and strings seem to end: the last address of user space. */
const USER_END = 0x7fff_ffff_f000;

class BytesArgument implements UserArgument {
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get value(): bigint {
    return BigInt(this.number);
  }

  get number(): number {
    return USER_END - this.#bytes.length;
  }

  read(length: number, offset = 0): Uint8Array | undefined {
    if (offset + length > this.#bytes.length) return undefined;
    return this.#bytes.slice(offset, offset + length);
  }

  readInto(target: Uint8Array, length: number, offset = 0): boolean {
    const bytes = this.#bytes;
    if (offset + length > bytes.length) return false;
    for (let at = 0; at < length; at += 1) target[at] = bytes[offset + at] as number;
    return true;
  }

  write(source: Uint8Array, offset = 0): boolean {
    const bytes = this.#bytes;
    const room = Math.min(source.length, bytes.length - offset);
    for (let at = 0; at < room; at += 1) bytes[offset + at] = source[at] as number;
    return source.length === 0 || room === source.length;
  }
}

class AddressArgument implements UserArgument {
  readonly number: number;
  readonly #client: Client;
  readonly #argument: number | bigint;

  constructor(client: Client, argument: number | bigint) {
    this.#client = client;
    this.#argument = argument;
    this.number = unsigned(argument);
  }

  get value(): bigint {
    return BigInt.asUintN(64, BigInt(this.#argument));
  }

  read(length: number, offset = 0): Uint8Array | undefined {
    const target = new Uint8Array(length);
    return this.readInto(target, length, offset) ? target : undefined;
  }

  readInto(target: Uint8Array, length: number, offset = 0): boolean {
    const whole = length === target.length ? target : target.subarray(0, length);
    return this.#client.memory.read(this.number + offset, whole);
  }

  write(source: Uint8Array, offset = 0): boolean {
    return this.#client.memory.write(this.number + offset, source);
  }
}

/** @throws TypeError for what is no whole number */
function unsigned(argument: number | bigint): number {
  if (typeof argument === "bigint") return Number(BigInt.asUintN(64, argument));
  if (!Number.isInteger(argument)) throw new TypeError("ioctl: argument must be a whole number");
  return argument < 0 ? argument + 2 ** 64 : argument;
}

/** The same memory from an offset on: the data behind a header. */
export function offsetArgument(argument: UserArgument, by: number): UserArgument {
  return {
    get value() {
      return argument.value + BigInt(by);
    },
    number: argument.number + by,
    read: (length, offset = 0) => argument.read(length, offset + by),
    readInto: (target, length, offset = 0) => argument.readInto(target, length, offset + by),
    write: (bytes, offset = 0) => argument.write(bytes, offset + by),
  };
}

/** One 32-bit field of a struct in the client's memory, or undefined for EFAULT. */
export function readU32(argument: UserArgument, offset: number): number | undefined {
  const { bytes, view } = scratch();
  return argument.readInto(bytes, 4, offset) ? view.getUint32(0, true) : undefined;
}

/** Writes 32-bit words at an offset: false for EFAULT. */
export function writeU32(argument: UserArgument, offset: number, ...words: number[]): boolean {
  const bytes = new Uint8Array(words.length * 4);
  for (let index = 0; index < bytes.length; index += 1) {
    bytes[index] = (words[index >> 2] as number) >>> ((index & 3) * 8);
  }
  return argument.write(bytes, offset);
}

/** The leading `length` bytes decoded as a struct, or undefined for EFAULT. */
export function readStruct<Decoded>(
  argument: UserArgument,
  layout: { decode(bytes: Uint8Array): Decoded },
  length: number,
): Decoded | undefined {
  const bytes = argument.read(length);
  return bytes === undefined ? undefined : layout.decode(bytes);
}
