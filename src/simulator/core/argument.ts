import type { IoctlArgument } from "../../kernel.js";
import { viewOf } from "../../uapi/codec.js";
import type { Client } from "./client.js";

/**
 * An ioctl's third argument as the kernel sees it: a number that may be an address. Bytes and
 * strings behave as memory that ends at an unmapped page, so reading past them is EFAULT.
 */
export interface UserArgument {
  /** The argument as an unsigned 64-bit number; for bytes and strings an address, never 0. */
  readonly value: bigint;
  /** copy_from_user: the bytes at this offset, or undefined for EFAULT. */
  read(length: number, offset?: number): Uint8Array | undefined;
  /** copy_to_user: false for EFAULT. */
  write(bytes: Uint8Array, offset?: number): boolean;
}

/** The argument that a client passed. */
export function userArgument(client: Client, argument: IoctlArgument): UserArgument {
  if (argument instanceof Uint8Array) return bytesArgument(argument);
  if (typeof argument === "string") return bytesArgument(new TextEncoder().encode(`${argument}\0`));
  return addressArgument(client, BigInt.asUintN(64, BigInt(argument)));
}

function bytesArgument(bytes: Uint8Array): UserArgument {
  return {
    value: 0x7fff_ffff_f000n - BigInt(bytes.length),
    read: (length, offset = 0) =>
      offset + length > bytes.length ? undefined : bytes.slice(offset, offset + length),
    // What fits is written before the fault, as copy_to_user() does.
    write: (source, offset = 0) => {
      const room = Math.max(0, bytes.length - offset);
      bytes.set(source.subarray(0, room), offset);
      return source.length <= room;
    },
  };
}

function addressArgument(client: Client, value: bigint): UserArgument {
  const address = Number(value);
  return {
    value,
    read: (length, offset = 0) => {
      const target = new Uint8Array(length);
      return client.memory.read(address + offset, target) ? target : undefined;
    },
    write: (source, offset = 0) => client.memory.write(address + offset, source),
  };
}

/** The same memory from an offset on: the data behind a header. */
export function offsetArgument(argument: UserArgument, by: number): UserArgument {
  return {
    value: argument.value + BigInt(by),
    read: (length, offset = 0) => argument.read(length, offset + by),
    write: (bytes, offset = 0) => argument.write(bytes, offset + by),
  };
}

/** One 32-bit field of a struct in the client's memory, or undefined for EFAULT. */
export function readU32(argument: UserArgument, offset: number): number | undefined {
  const bytes = argument.read(4, offset);
  return bytes === undefined ? undefined : viewOf(bytes).getUint32(0, true);
}

/** Writes 32-bit words at an offset: false for EFAULT. */
export function writeU32(argument: UserArgument, offset: number, ...words: number[]): boolean {
  return argument.write(new Uint8Array(Uint32Array.from(words).buffer), offset);
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
