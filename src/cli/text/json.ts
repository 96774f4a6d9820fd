/** A value as JSON for other programs: two spaces, and 64-bit numbers as `"0x..."` strings. */
export function json(value: unknown): string {
  const replace = (_key: string, part: unknown) =>
    typeof part === "bigint" ? `0x${part.toString(16)}` : part;
  return `${JSON.stringify(value, replace, 2)}\n`;
}
