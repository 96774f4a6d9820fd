/** Checks of numbers from outside: misuse is a TypeError or RangeError before any system call. */

const MAX_ADDRESS = 2n ** 64n - 1n;

/** An address, IOVA or size of 64 bits: a non-negative safe integer or a bigint. */
export function address(value: number | bigint, name: string): bigint {
  if (typeof value === "bigint") {
    if (value >= 0n && value <= MAX_ADDRESS) return value;
    throw new RangeError(`${name}: ${value} is not an address of 64 bits`);
  }
  if (typeof value !== "number") throw wrongType(value, name, "a number or a bigint");
  if (Number.isSafeInteger(value) && value >= 0) return BigInt(value);
  throw new RangeError(`${name}: ${value} is not a whole number from 0 to 2^53 - 1; use a bigint`);
}

/** A count, offset or length: a whole number between two bounds, both included. */
export function integer(
  value: number,
  name: string,
  { min = 0, max = Number.MAX_SAFE_INTEGER }: { min?: number; max?: number } = {},
): number {
  if (typeof value !== "number") throw wrongType(value, name, "a number");
  if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
  throw new RangeError(`${name}: ${value} is not a whole number from ${min} to ${max}`);
}

/** A value as messages show it. */
export function wrongType(value: unknown, name: string, wanted: string): TypeError {
  const kind = value === null ? "null" : Array.isArray(value) ? "an array" : typeof value;
  return new TypeError(`${name}: expected ${wanted}, not ${kind}`);
}

/** A 64-bit address as messages show it: `0x100000`. */
export function hex(value: number | bigint): string {
  return `0x${value.toString(16)}`;
}

/** A call as messages show it, whatever its argument is: `openDevice("0000:00:05.0")`. */
export function called(method: string, name: unknown): string {
  return typeof name === "string" ? `${method}("${name}")` : method;
}
