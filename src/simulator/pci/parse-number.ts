/** kstrtoul(): decimal, octal or hexadecimal, one newline at the end. */
export function parseNumber(data: string): number | undefined {
  const text = data.replace(/\n$/, "");
  if (/^\+?0x[0-9a-f]+$/i.test(text)) return Number.parseInt(text.replace("+", ""), 16);
  if (/^\+?0[0-7]*$/.test(text)) return Number.parseInt(text, 8);
  return /^\+?[1-9][0-9]*$/.test(text) ? Number.parseInt(text, 10) : undefined;
}
