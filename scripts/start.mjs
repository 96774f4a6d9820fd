/**
 * `npm start`: installs and builds what is missing, then runs the guided tour on a simulated
 * kernel. Arguments go to the command instead: `npm start -- list --kernel host`.
 */

import { join } from "node:path";
import { ensureAddon, ensureDependencies, ensureTypeScript } from "./build.mjs";
import { root, run } from "./run.mjs";

const steps = [
  ["npm packages", ensureDependencies],
  ["TypeScript", ensureTypeScript],
  ["native addon", ensureAddon],
];

let addon = { built: false };
for (const [at, [name, ensure]] of steps.entries()) {
  console.log(`[${at + 1}/${steps.length}] ${name}`);
  addon = (await ensure()) ?? addon;
}
if (!addon.built) {
  console.log("Going on without it: the simulated kernel needs no addon, this machine's does.");
}

const words = process.argv.slice(2);
const command = words.length > 0 ? words : ["tour", ...kernelArguments()];
console.log(`\n$ vfio ${command.join(" ")}`);
const status = run(process.execPath, [join(root, "dist", "src", "cli", "main.js"), ...command]);

const line = `vfio ${command.join(" ")}`;
console.log(
  status === 0
    ? `\nnpm start: all good. Next: npx vfio --help, npm test`
    : `\nnpm start: FAILED: ${line} ended with exit code ${status}`,
);
process.exitCode = status;

/** The simulated kernel, unless the environment says which one. */
function kernelArguments() {
  return process.env["VFIO_KERNEL"] ? [] : ["--kernel", "simulated"];
}
