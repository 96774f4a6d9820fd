/**
 * Runs before `npm pack`: brings dist/ up to date, removes from it what no source makes any more,
 * and makes the binding.gyp of the package. That lies in dist/native: pnpm and yarn compile at
 * install time, whatever package.json says, what has a binding.gyp at its top.
 */

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureDependencies, ensureTypeScript } from "./build.mjs";
import { root } from "./run.mjs";

/** Makes everything that package.json's `files` name. */
export function prepack() {
  ensureDependencies();
  ensureTypeScript();
  removeOutdated();
  moveGyp();
}

function removeOutdated() {
  const compiled = join(root, "dist", "src");
  for (const name of readdirSync(compiled, { recursive: true })) {
    const source = /^(.*?)(?:\.d\.ts|\.js)(\.map)?$/.exec(name);
    if (source === null) continue;
    const outdated = source[2] !== undefined || !existsSync(join(root, "src", `${source[1]}.ts`));
    if (outdated) rmSync(join(compiled, name));
  }
}

function moveGyp() {
  const text = readFileSync(join(root, "binding.gyp"), "utf8");
  const folder = join(root, "dist", "native");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "binding.gyp"), text.replaceAll('"native/', '"../../native/'));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) prepack();
