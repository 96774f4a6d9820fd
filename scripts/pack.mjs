/**
 * `npm run pack`: the tarballs to publish, in dist/packages. That of node-vfio names the packages
 * with a built addon as optional dependencies. They are added here and not in package.json: npm
 * could not install a checkout that depends on packages which are published together with it.
 */

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ownTarget, packages, prebuild, targets } from "./prebuild.mjs";
import { prepack } from "./prepack.mjs";
import { root } from "./run.mjs";

prepack();
mkdirSync(packages, { recursive: true });
for (const name of readdirSync(packages)) {
  if (name.endsWith(".tgz")) rmSync(join(packages, name));
}
const own = ownTarget();
if (own !== undefined) prebuild(own);
pack(stage());
const built = readIfThere(join(packages, "@node-vfio"));
for (const target of built) pack(join(packages, "@node-vfio", target));
const missing = Object.keys(targets).filter((target) => !built.includes(target));
if (missing.length > 0) {
  console.log(`not built: ${missing.join(", ")}; see node scripts/prebuild.mjs`);
}

/** A folder with what the package is to hold. */
function stage() {
  const folder = join(packages, "node-vfio");
  rmSync(folder, { recursive: true, force: true });
  const [{ files }] = JSON.parse(npm(["pack", "--dry-run", "--json", "--ignore-scripts"], root));
  for (const { path } of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(join(root, path), join(folder, path));
  }
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const { scripts: _, devDependencies: __, ...rest } = manifest;
  const names = Object.keys(targets).map((target) => [`@node-vfio/${target}`, rest.version]);
  const published = { ...rest, optionalDependencies: Object.fromEntries(names) };
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(published, null, 2)}\n`);
  return folder;
}

function pack(folder) {
  const arguments_ = ["pack", "--json", "--ignore-scripts", "--pack-destination", packages];
  const [{ filename, size, unpackedSize, entryCount }] = JSON.parse(npm(arguments_, folder));
  const kilobytes = (bytes) => `${Math.ceil(bytes / 1000)} kB`;
  const sizes = `${kilobytes(size)}, ${kilobytes(unpackedSize)} unpacked, ${entryCount} files`;
  console.log(`${join("dist", "packages", filename)}: ${sizes}`);
}

function npm(arguments_, cwd) {
  return execFileSync("npm", arguments_, {
    cwd,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
}

function readIfThere(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
