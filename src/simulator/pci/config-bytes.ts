/** Configuration space from rows of hexadecimal bytes by offset; the rest is zero. */
export function configBytes(size: number, rows: Readonly<Record<number, string>>): Uint8Array {
  const bytes = new Uint8Array(size);
  for (const [offset, row] of Object.entries(rows)) {
    const values = row
      .trim()
      .split(/\s+/)
      .map((digits) => Number.parseInt(digits, 16));
    bytes.set(values, Number(offset));
  }
  return bytes;
}
