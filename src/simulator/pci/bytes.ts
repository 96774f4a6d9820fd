/** Little-endian numbers of 1, 2 or 4 bytes in byte arrays, unsigned. No allocation, no views. */

export function littleEndian(bytes: Uint8Array, at: number, count: 1 | 2 | 4): number {
  if (count === 4) {
    const low = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16);
    return (low | (bytes[at + 3]! << 24)) >>> 0;
  }
  return count === 2 ? bytes[at]! | (bytes[at + 1]! << 8) : bytes[at]!;
}

export function storeLittleEndian(
  bytes: Uint8Array,
  at: number,
  count: 1 | 2 | 4,
  value: number,
): void {
  bytes[at] = value;
  if (count === 1) return;
  bytes[at + 1] = value >>> 8;
  if (count === 2) return;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}
