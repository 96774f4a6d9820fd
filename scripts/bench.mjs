/**
 * `npm run bench`: the figures of the library beside the same work in C, as ratios within one run.
 * Arguments are words that a row's name must have: `npm run bench -- interrupt`.
 */

import { join } from "node:path";
import { ensureAddon, ensureDependencies, ensureTypeScript, headersDirectory } from "./build.mjs";
import { root, run, tool } from "./run.mjs";

await ensureDependencies();
await ensureTypeScript();
await ensureAddon({ required: true });

console.log("building the baselines in C");
const nodedir = headersDirectory();
const built = run(tool("node-gyp"), [
  "rebuild",
  "--loglevel=error",
  "-C",
  join(root, "bench", "native"),
  ...(nodedir === undefined ? [] : [`--nodedir=${nodedir}`]),
]);
if (built !== 0) process.exit(built);
process.exit(run(process.execPath, [join("dist", "bench", "main.js"), ...process.argv.slice(2)]));
