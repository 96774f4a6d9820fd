/** Checks of arguments: what is wrong with them is said before any system call. */

/** @throws TypeError unless it is a number, RangeError unless it is an integer in the range */
export function checkInteger(name: string, value: number, least: number, most: number): number {
  if (typeof value !== "number") throw wrongType(name, "a number", value);
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new RangeError(`${name} must be an integer from ${least} to ${most}, not ${value}`);
  }
  return value;
}

/** A file descriptor. @throws TypeError, RangeError */
export function checkFd(fd: number): number {
  return checkInteger("fd", fd, -0x8000_0000, 0x7fff_ffff);
}

/** A file offset: a Number, exact below 2^53. @throws TypeError, RangeError */
export function checkOffset(offset: number): number {
  return checkInteger("offset", offset, 0, Number.MAX_SAFE_INTEGER);
}

/** @throws TypeError */
export function checkBytes(name: string, value: Uint8Array): Uint8Array {
  if (!(value instanceof Uint8Array)) throw wrongType(name, "a Uint8Array", value);
  return value;
}

/** A path that the kernel can be given. @throws TypeError */
export function checkPath(path: string): string {
  if (typeof path !== "string") throw wrongType("path", "a string", path);
  if (path.includes("\0")) throw new TypeError("path must not contain NUL");
  return path;
}

/** @throws TypeError */
export function checkFunction<F>(name: string, value: F): F {
  if (typeof value !== "function") throw wrongType(name, "a function", value);
  return value;
}

/** @throws TypeError */
export function checkBoolean(name: string, value: boolean): boolean {
  if (typeof value !== "boolean") throw wrongType(name, "a boolean", value);
  return value;
}

/** An unsigned number of 64 bits. @throws TypeError, RangeError */
export function checkBigint(name: string, value: bigint): bigint {
  if (typeof value !== "bigint") throw wrongType(name, "a bigint", value);
  if (value < 0n || value >= 2n ** 64n) {
    throw new RangeError(`${name} must fit into 64 bits unsigned, not ${value}`);
  }
  return value;
}

export function wrongType(name: string, wanted: string, value: unknown): TypeError {
  return new TypeError(`${name} must be ${wanted}, not ${kindOf(value)}`);
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return typeof value === "object" ? (value.constructor?.name ?? "an object") : typeof value;
}
