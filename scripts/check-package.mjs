/**
 * `npm run check:package`: packs, lets publint and attw look at the package, and installs it into
 * empty projects with npm, pnpm and yarn. Those tools come from the npm registry.
 */

import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { prepack } from "./prepack.mjs";
import { root, runSteps } from "./run.mjs";

const program = `import { Vfio } from "node-vfio";
const vfio = await Vfio.simulate();
const device = await vfio.openDevice("0000:00:05.0");
console.log(device.region(0).read32(0).toString(16));
await vfio.close();`;

prepack();
const folder = mkdtempSync(join(tmpdir(), "node-vfio-package-"));
const pack = ["pack", "--json", "--ignore-scripts", "--pack-destination", folder];
const [{ filename }] = JSON.parse(execFileSync("npm", pack, { cwd: root, encoding: "utf8" }));
const tarball = join(folder, filename);

const { failed } = await runSteps([
  { name: "publint", run: () => npx(folder, ["publint", "--strict", tarball]) },
  {
    name: "are the types wrong?",
    run: () => npx(folder, ["@arethetypeswrong/cli", "--profile", "esm-only", tarball]),
  },
  { name: "npm", run: () => installs("npm", ["npm@11", "install", tarball]) },
  { name: "pnpm", run: () => installs("pnpm", ["pnpm@9", "add", tarball]) },
  { name: "yarn", run: () => installs("yarn", ["yarn@1", "add", tarball]) },
]);
rmSync(folder, { recursive: true });
process.exitCode = failed.length === 0 ? 0 : 1;

/** Whether the package works once it is installed, and nothing was compiled for it. */
function installs(name, command) {
  const project = join(folder, name);
  mkdirSync(project);
  writeFileSync(join(project, "package.json"), '{ "name": "project", "license": "MIT" }');
  writeFileSync(join(project, "program.mjs"), program);
  if (!npx(project, command)) return false;
  const { stdout } = spawnSync(process.execPath, ["program.mjs"], { cwd: project });
  const version = spawnSync(join("node_modules", ".bin", "vfio"), ["--version"], { cwd: project });
  const compiled = existsSync(join(project, "node_modules", "node-vfio", "build"));
  return String(stdout) === "10000ed\n" && version.status === 0 && !compiled;
}

function npx(cwd, arguments_) {
  const { status } = spawnSync("npx", ["--yes", ...arguments_], { cwd, stdio: "inherit" });
  return status === 0;
}
