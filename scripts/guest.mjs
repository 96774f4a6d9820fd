/** `npm run guest -- [options] [command...]`: a command in a real Linux kernel. */

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { root } from "./run.mjs";

const build = new URL("build.mjs", import.meta.url).href;
const main = new URL("../dist/guest/main.js", import.meta.url);

// In a process of its own: what a build prints must not mix with the output of the command.
const steps = `import { ensureDependencies, ensureTypeScript } from ${JSON.stringify(build)};
ensureDependencies(); ensureTypeScript();`;
const { status } = spawnSync(process.execPath, ["--input-type=module", "--eval", steps], {
  cwd: root,
  stdio: ["ignore", 2, 2],
});
// Type errors elsewhere in the tree, shown above, do not keep a tool that was built from running.
if (status !== 0 && !existsSync(main)) process.exit(1);

await (await import(main)).main(process.argv.slice(2));
