/**
 * `npm run check`: types and style, of everything, all failures and not just the first. What CI
 * runs; `npm test` begins with it.
 */

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureDependencies } from "./build.mjs";
import { available, root, run, runSteps, tool } from "./run.mjs";

/** The steps of the check, for `npm test` to run with its own. */
export const checkSteps = [
  {
    name: "types (tsc)",
    run: () =>
      run(tool("tsc"), ["--noEmit", "--incremental", "false", "-p", "tsconfig.json"]) === 0,
  },
  {
    name: "style of TypeScript and JSON (biome)",
    run: () => run(tool("biome"), ["check", "--max-diagnostics=200", "--error-on-warnings"]) === 0,
  },
  { name: "style of C++ (clang-format)", run: checkClangFormat },
];

function checkClangFormat() {
  if (!available("clang-format")) {
    return { skipped: "clang-format is not installed: apt-get install clang-format" };
  }
  const files = ["native", "bench/native"].flatMap(sources);
  return run("clang-format", ["--dry-run", "-Werror", ...files]) === 0;
}

function sources(folder) {
  return readdirSync(join(root, folder))
    .filter((name) => /\.(cc|h)$/.test(name))
    .map((name) => join(folder, name));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  ensureDependencies();
  const { failed, steps } = await runSteps(checkSteps);
  console.log(
    failed.length === 0
      ? `\ncheck: all ${steps} are good`
      : `\ncheck: FAILED: ${failed.join(", ")}`,
  );
  process.exitCode = failed.length === 0 ? 0 : 1;
}
