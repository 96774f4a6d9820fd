// Runs a command in a real Linux kernel: npm run guest -- --help
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const main = new URL("../dist/guest/main.js", import.meta.url);

const build = spawnSync(process.execPath, ["node_modules/typescript/bin/tsc"], {
  cwd: root,
  stdio: ["ignore", 2, 2],
});
// Errors elsewhere in the tree are shown above; they do not keep a built tool from running.
if (build.status !== 0 && !existsSync(main)) process.exit(1);
await (await import(main)).main(process.argv.slice(2));
