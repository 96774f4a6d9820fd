/**
 * A value as JSON for other programs: two spaces, 64-bit numbers as `"0x..."` strings, and `null`
 * for what is not there, so that the keys are always the same.
 */
export function json(value: unknown): string {
  const replace = (_key: string, part: unknown) => {
    if (part === undefined) return null;
    return typeof part === "bigint" ? `0x${part.toString(16)}` : part;
  };
  return `${JSON.stringify(value, replace, 2)}\n`;
}
