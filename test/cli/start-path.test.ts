// Goal: `vfio --version` answers at once, because nearly nothing is loaded for it; and no command
// is loaded before it is called.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { version } from "../../src/cli/version.js";

const cli = join(import.meta.dirname, "..", "..", "src", "cli");

/** Modules that a file imports before its first line runs. Types cost nothing. */
function staticImports(file: string): string[] {
  const text = readFileSync(join(cli, file), "utf8");
  return [...text.matchAll(/^(?:import|export) (?!type\b)[^;]*?"([^"]+)";/gm)].map(
    ([, from]) => from!,
  );
}

describe("the start path", () => {
  it("of --version is two files and node:fs", () => {
    expect(staticImports("main.ts")).toEqual(["./version.js"]);
    expect(staticImports("version.ts")).toEqual(["node:fs"]);
  });

  it("of a command does not load the others", () => {
    const catalogue = ["tour", "devices", "registers", "mdev", "binding"];
    const loaded = catalogue.flatMap((name) => staticImports(`catalogue/${name}.ts`));
    expect(loaded.filter((from) => from.includes("commands/"))).toEqual([]);
  });

  it("finds the version in package.json", () => {
    const { version: wanted } = JSON.parse(readFileSync(join(cli, "../../package.json"), "utf8"));
    expect(version()).toBe(wanted);
  });
});
