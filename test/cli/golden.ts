import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect } from "vitest";

const folder = join(import.meta.dirname, "golden");

/**
 * Compares a text with test/cli/golden/NAME.txt. With UPDATE_GOLDEN=1 in the environment the file
 * is written instead: look at `git diff` then.
 */
export function expectGolden(name: string, text: string): void {
  const file = join(folder, `${name}.txt`);
  if (process.env["UPDATE_GOLDEN"] === "1") {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  const missing = `no ${name}.txt: run the tests with UPDATE_GOLDEN=1`;
  expect(existsSync(file), missing).toBe(true);
  expect(text).toBe(readFileSync(file, "utf8"));
}
