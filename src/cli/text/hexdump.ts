const PER_LINE = 16;

/**
 * Bytes as rows of 16: offset, the bytes (grouped as they were read), and their characters. Rows
 * that repeat the one above are one `*`.
 */
export function hexdump(
  bytes: Uint8Array,
  { start = 0, width = 1 }: { start?: number; width?: number } = {},
): string {
  const digits = Math.max(4, (start + bytes.length).toString(16).length);
  const lines: string[] = [];
  let previous: string | undefined;
  for (let at = 0; at < bytes.length; at += PER_LINE) {
    const row = bytes.subarray(at, at + PER_LINE);
    const text = row.length === PER_LINE ? row.join() : undefined;
    const last = at + PER_LINE >= bytes.length;
    if (text !== undefined && text === previous && !last) {
      if (lines.at(-1) !== "*") lines.push("*");
      continue;
    }
    previous = text;
    lines.push(line(row, (start + at).toString(16).padStart(digits, "0"), width));
  }
  return lines.map((each) => `${each}\n`).join("");
}

function line(row: Uint8Array, offset: string, width: number): string {
  const words: string[] = [];
  for (let at = 0; at < row.length; at += width) words.push(word(row.subarray(at, at + width)));
  const columns = (PER_LINE / width) * (2 * width + 1) - 1;
  return `${offset}  ${words.join(" ").padEnd(columns)}  ${characters(row)}`;
}

/** Little-endian, as the register reads; single bytes are themselves. */
function word(bytes: Uint8Array): string {
  return [...bytes]
    .reverse()
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}

function characters(row: Uint8Array): string {
  return [...row]
    .map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "."))
    .join("");
}
