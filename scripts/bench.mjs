/**
 * `npm run bench`: the figures of the library beside the same work in C, as ratios within one run.
 * Arguments are words that a row's name must have: `npm run bench -- interrupt`. With `--guest` the
 * calls that need a real VFIO, in a guest.
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

const args = process.argv.slice(2);
const inGuest = args.includes("--guest");
const rest = args.filter((arg) => arg !== "--guest");
const command = inGuest
  ? ["scripts/guest.mjs", "--", "node", join("dist", "bench", "guest-main.js"), ...rest]
  : [join("dist", "bench", "main.js"), ...rest];
process.exit(run(process.execPath, command));
