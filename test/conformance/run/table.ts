import type { Row } from "./compare.js";

/** The table of all cases, with details below those that did not pass. */
export function table(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.name,
    ranges(row.vectors),
    row.real,
    row.simulated,
    row.verdict,
  ]);
  const head = ["case", "vectors", "real", "simulated", "verdict"];
  const widths = head.map((title, column) =>
    Math.max(title.length, ...cells.map((row) => row[column]?.length ?? 0)),
  );
  const format = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  const lines = [format(head), format(widths.map((width) => "-".repeat(width)))];
  for (const [index, row] of rows.entries()) {
    lines.push(format(cells[index] ?? []));
    if (row.verdict === "passed") continue;
    lines.push(...row.details.flatMap((detail) => detail.split("\n")).map((line) => `    ${line}`));
  }
  return lines.join("\n");
}

/** Numbers as people list them: `1-4,7`. */
export function ranges(numbers: readonly number[]): string {
  const parts: string[] = [];
  const sorted = [...numbers].sort((a, b) => a - b);
  for (let at = 0; at < sorted.length; at += 1) {
    const start = sorted[at];
    while (sorted[at + 1] === (sorted[at] ?? 0) + 1) at += 1;
    parts.push(start === sorted[at] ? `${start}` : `${start}-${sorted[at]}`);
  }
  return parts.join(",");
}

/** How many rows have each verdict. */
export function totals(rows: readonly Row[]) {
  const count = (verdict: Row["verdict"]) => rows.filter((row) => row.verdict === verdict).length;
  return { passed: count("passed"), failed: count("failed"), skipped: count("skipped") };
}
