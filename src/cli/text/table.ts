import { stripVTControlCharacters } from "node:util";

/** One row's cells; absent ones show as `-`. */
export type Row = readonly (string | number | undefined)[];

/** How a table is laid out. */
export interface TableOptions {
  /** Column titles, above the rows. */
  head?: readonly string[];
  /** Put before each line. */
  indent?: string;
}

/** Rows in columns that are as wide as they need to be, without trailing spaces. */
export function table(rows: readonly Row[], { head, indent = "" }: TableOptions = {}): string {
  const lines = (head === undefined ? rows : [head, ...rows]).map((row) =>
    row.map((cell) => (cell === undefined || cell === "" ? "-" : String(cell))),
  );
  const widths: number[] = [];
  for (const line of lines) {
    for (const [column, cell] of line.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, visibleLength(cell));
    }
  }
  return lines
    .map((line) => line.map((cell, column) => pad(cell, widths[column]!)).join("  "))
    .map((line) => `${indent}${line.trimEnd()}\n`)
    .join("");
}

function pad(cell: string, width: number): string {
  return cell + " ".repeat(width - visibleLength(cell));
}

function visibleLength(text: string): number {
  return stripVTControlCharacters(text).length;
}
