/**
 * `npm test`: installs and builds what is missing, checks types and style, and runs every test that
 * needs no guest. Arguments go to vitest: `npm test -- test/gate`.
 */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { ensureAddon, ensureDependencies, ensureTypeScript } from "./build.mjs";
import { checkSteps } from "./check.mjs";
import { root, run, runSteps, tool } from "./run.mjs";

const filters = process.argv.slice(2);

await ensureDependencies();
await ensureTypeScript();
const addon = await ensureAddon({ required: false });

const sanitizers = join(root, "test", "native", "sanitizers.mjs");
const steps = [
  ...(filters.length === 0 ? checkSteps : []),
  { name: "tests (vitest)", run: () => run(tool("vitest"), ["run", ...filters]) === 0 },
  ...(filters.length === 0 ? [{ name: "addon under ASan and UBSan", run: underSanitizers }] : []),
];

function underSanitizers() {
  if (!existsSync(sanitizers)) return false;
  if (!addon.built) return { skipped: `the addon is not built: ${addon.reason}` };
  const status = run(process.execPath, [sanitizers]);
  return status === 0 ? true : status === 77 ? { skipped: "see above" } : false;
}

const { failed, steps: count } = await runSteps(steps);
console.log(
  failed.length === 0
    ? `\nnpm test: all ${count} steps are good`
    : `\nnpm test: FAILED: ${failed.join(", ")}`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
