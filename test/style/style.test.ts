// Goal: the house style holds in every file: lines of 100 columns, functions of 70 lines, files
// small enough to be read in one go, and a tree that speaks of nothing but itself.

import { describe, expect, it } from "vitest";
import { filesOf } from "./tree.js";

const code = [".ts", ".mjs", ".cc", ".h"];

describe("every file", () => {
  it("has lines of at most 100 columns", () => {
    const long = filesOf(...code).flatMap(({ path, lines }) =>
      lines.flatMap((line, at) => (line.length > 100 ? [`${path}:${at + 1}`] : [])),
    );
    expect(long).toEqual([]);
  });

  it("has at most 400 lines", () => {
    const large = filesOf(...code).filter(({ lines }) => lines.length > 400);
    expect(large.map(({ path, lines }) => `${path}: ${lines.length}`)).toEqual([]);
  });

  it("carries no path of the machine that it was written on", () => {
    const homes = /(^|[\s"'`(=])\/(work|home\/[a-z]+)\//;
    const found = filesOf(...code, ".md", ".json", ".sh", ".yml").flatMap(({ path, lines }) =>
      lines.flatMap((line, at) => (homes.test(line) ? [`${path}:${at + 1} ${line.trim()}`] : [])),
    );
    expect(found).toEqual([]);
  });
});

describe("TypeScript", () => {
  it("has functions of at most 70 lines", () => {
    const long = filesOf(".ts").flatMap(({ path, lines }) => longFunctions(path, lines));
    expect(long).toEqual([]);
  });
});

/** Functions and methods by their indentation, which the formatter guarantees. */
function longFunctions(path: string, lines: readonly string[]): string[] {
  const start =
    /^(\s*)(export )?(async )?(function\b|(static |async |get |set |#)*[\w#]+\(.*\).*\{$)/;
  const long: string[] = [];
  lines.forEach((line, at) => {
    const match = start.exec(line);
    if (
      match === null ||
      line.endsWith("=> {") ||
      /^\s*(if|for|while|switch|describe|return|expect)\b/.test(line)
    )
      return;
    const end = lines.findIndex((other, index) => index > at && other === `${match[1]}}`);
    if (end - at + 1 > 70) long.push(`${path}:${at + 1}: ${end - at + 1} lines`);
  });
  return long;
}
