import { UsageError } from "../usage-error.js";

const units: Readonly<Record<string, bigint>> = {
  "": 1n,
  k: 1n << 10n,
  m: 1n << 20n,
  g: 1n << 30n,
};

/**
 * A number as people type it: `255`, `0xff`, `0b101`, `0x10_0000`, `4k`.
 *
 * @throws UsageError that calls it by this name
 */
export function parseBigInt(text: string, name: string): bigint {
  const compact = text.replaceAll("_", "").toLowerCase();
  const parts = /^(0x[0-9a-f]+|0b[01]+|0o[0-7]+|[0-9]+?)([kmg]?)$/.exec(compact);
  if (parts === null) {
    throw new UsageError(`${name}: '${text}' is not a number (255, 0xff, 4k)`);
  }
  return BigInt(parts[1]!) * units[parts[2]!]!;
}

/** The same as a Number: offsets, lengths, counts. @throws UsageError */
export function parseNumber(text: string, name: string): number {
  const value = Number(parseBigInt(text, name));
  if (!Number.isSafeInteger(value)) throw new UsageError(`${name}: '${text}' is too large`);
  return value;
}

/** `0x` and at least so many digits. */
export function hex(value: number | bigint, digits = 1): string {
  return `0x${value.toString(16).padStart(digits, "0")}`;
}

/** A size in bytes as people say it: `4 KiB`, `1 MiB`, `255 bytes`. */
export function byteSize(bytes: number): string {
  const named = [
    [2 ** 30, "GiB"],
    [2 ** 20, "MiB"],
    [2 ** 10, "KiB"],
  ] as const;
  const unit = named.find(([size]) => bytes >= size && bytes % size === 0);
  return unit === undefined ? `${bytes} bytes` : `${bytes / unit[0]} ${unit[1]}`;
}
