/** One line of the table: our way beside its baseline, in nanoseconds for one operation. */
export interface Row {
  /** The path, as the goals name it. */
  name: string;
  /** What it is measured against. */
  against: string;
  /** The ratio to reach; undefined where there is none. */
  goal: number | undefined;
  /** What limits it, for a row whose goal is known to be out of reach. */
  note?: string;
  ours: () => number | Promise<number>;
  baseline: () => number | Promise<number>;
  rounds?: number;
}

/** A measured row: the median ratio, its spread, and absolute medians for scale. */
export interface Measured {
  name: string;
  against: string;
  goal: number | undefined;
  ratio: number;
  lowest: number;
  highest: number;
  oursNanoseconds: number;
  baselineNanoseconds: number;
  note: string | undefined;
}

/** Runs both sides in turn, after one round that does not count. */
export async function measure(row: Row): Promise<Measured> {
  const ours: number[] = [];
  const baseline: number[] = [];
  const ratios: number[] = [];
  await row.ours();
  await row.baseline();
  for (let round = 0; round < (row.rounds ?? 11); round += 1) {
    const base = await row.baseline();
    const own = await row.ours();
    ours.push(own);
    baseline.push(base);
    ratios.push(own / base);
  }
  ratios.sort((a, b) => a - b);
  return {
    name: row.name,
    against: row.against,
    goal: row.goal,
    ratio: median(ratios),
    lowest: ratios[0] ?? Number.NaN,
    highest: ratios.at(-1) ?? Number.NaN,
    oursNanoseconds: median(ours),
    baselineNanoseconds: median(baseline),
    note: row.note,
  };
}

/** Nanoseconds for one of `operations` that `run` performs. */
export function timed(operations: number, run: () => void): number {
  const start = process.hrtime.bigint();
  run();
  return Number(process.hrtime.bigint() - start) / operations;
}

/** The middle value. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** The table as text: ratio, spread, goal, verdict. */
export function table(rows: readonly Measured[]): string {
  const head = ["path", "against", "ratio", "spread", "goal", "", "ours", "baseline"];
  const cells = rows.map((row) => [
    row.name,
    row.against,
    row.ratio.toFixed(2),
    `${row.lowest.toFixed(2)} - ${row.highest.toFixed(2)}`,
    row.goal === undefined ? "-" : `<= ${row.goal}`,
    verdict(row),
    duration(row.oursNanoseconds),
    duration(row.baselineNanoseconds),
  ]);
  const widths = head.map((_, at) => Math.max(...[head, ...cells].map((row) => row[at]!.length)));
  const line = (row: string[]) => row.map((cell, at) => cell.padEnd(widths[at]!)).join("  ");
  const notes = rows
    .filter(({ note }) => note !== undefined)
    .map((row) => `${row.name}: ${row.note}`);
  return [line(head).trimEnd(), ...cells.map((row) => line(row).trimEnd()), ...notes].join("\n");
}

function verdict({ ratio, goal }: Measured): string {
  if (goal === undefined) return "";
  return ratio <= goal ? "met" : "missed";
}

function duration(nanoseconds: number): string {
  if (nanoseconds >= 1e6) return `${(nanoseconds / 1e6).toFixed(1)} ms`;
  if (nanoseconds >= 1e3) return `${(nanoseconds / 1e3).toFixed(1)} us`;
  return `${nanoseconds.toFixed(1)} ns`;
}
