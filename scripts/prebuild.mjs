/**
 * `node scripts/prebuild.mjs [target...]`: packages with the addon built, one for each platform, in
 * dist/packages. Without a target the one of this machine, from the build that the tests have run
 * with. For the others a compiler is needed that makes code for them: `CXX` names one, else the
 * usual ones are looked for.
 */

import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureAddon, ensureDependencies, headersDirectory } from "./build.mjs";
import { available, root } from "./run.mjs";

/** Where packages and tarballs are made. */
export const packages = join(root, "dist", "packages");

/** Platforms by name, the rest of a package's name, and the compilers that make code for them. */
export const targets = {
  "linux-x64-glibc": {
    cpu: "x64",
    libc: "glibc",
    compilers: ["x86_64-linux-gnu-g++", "zig c++ -target x86_64-linux-gnu.2.28"],
  },
  "linux-arm64-glibc": {
    cpu: "arm64",
    libc: "glibc",
    compilers: ["aarch64-linux-gnu-g++", "zig c++ -target aarch64-linux-gnu.2.28"],
  },
  "linux-x64-musl": {
    cpu: "x64",
    libc: "musl",
    compilers: ["x86_64-linux-musl-g++", "zig c++ -target x86_64-linux-musl"],
  },
  "linux-arm64-musl": {
    cpu: "arm64",
    libc: "musl",
    compilers: ["aarch64-linux-musl-g++", "zig c++ -target aarch64-linux-musl"],
  },
};

/** The target that this machine is; undefined if there is none for it. */
export function ownTarget() {
  process.report.excludeNetwork = true;
  const glibc = process.report.getReport().header.glibcVersionRuntime;
  const name = `${process.platform}-${process.arch}-${glibc === undefined ? "musl" : "glibc"}`;
  return Object.hasOwn(targets, name) ? name : undefined;
}

/** Makes the package of a target: its folder. */
export function prebuild(target) {
  const folder = join(packages, "@node-vfio", target);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const binary = join(folder, "node_vfio.node");
  if (target === ownTarget()) {
    ensureAddon({ required: true });
    copyFileSync(join(root, "build", "Release", "node_vfio.node"), binary);
    if (available("strip")) execFileSync("strip", ["--strip-unneeded", binary]);
  } else {
    compile(target, binary);
  }
  copyFileSync(join(root, "LICENSE"), join(folder, "LICENSE"));
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest(target), null, 2)}\n`);
  writeFileSync(
    join(folder, "README.md"),
    `# @node-vfio/${target}\n\nThe native addon of node-vfio for ${target}. Install node-vfio.\n`,
  );
  return folder;
}

function manifest(target) {
  const { version, license, engines } = JSON.parse(
    readFileSync(join(root, "package.json"), "utf8"),
  );
  const { cpu, libc } = targets[target];
  return {
    name: `@node-vfio/${target}`,
    version,
    description: `The native addon of node-vfio for ${target}`,
    license,
    engines,
    os: ["linux"],
    cpu: [cpu],
    libc: [libc],
    main: "node_vfio.node",
    files: ["node_vfio.node"],
  };
}

/** One command, with the sources and flags of binding.gyp and Node's headers. */
function compile(target, binary) {
  const headers = headersDirectory();
  if (headers === undefined) throw new Error("Node's headers are not beside this Node");
  const [command, ...first] = compilerFor(target);
  const [{ sources, defines, cflags, cflags_cc }] = JSON.parse(
    readFileSync(join(root, "binding.gyp"), "utf8"),
  ).targets;
  const more = ["-shared", "-fPIC", "-fno-exceptions", "-fno-rtti", "-s", "-pthread"];
  const include = `-I${join(headers, "include", "node")}`;
  const define = defines.map((name) => `-D${name}`);
  const flags = [...first, ...more, ...cflags, ...cflags_cc, ...define, include];
  const { status, error } = spawnSync(command, [...flags, ...sources, "-o", binary], {
    cwd: root,
    stdio: "inherit",
  });
  if (status !== 0) throw new Error(`${target}: ${error?.message ?? `${command} failed`}`);
}

function compilerFor(target) {
  const { CXX } = process.env;
  const candidates = CXX === undefined ? targets[target].compilers : [CXX];
  const found = candidates.map((line) => line.split(" ")).find(([name]) => existsOnPath(name));
  if (found !== undefined) return found;
  throw new Error(`${target}: none of these is there, name one with CXX: ${candidates.join("; ")}`);
}

function existsOnPath(command) {
  return command.includes("/") ? existsSync(command) : available(command);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  ensureDependencies();
  const own = ownTarget();
  const wanted = process.argv.length > 2 ? process.argv.slice(2) : own === undefined ? [] : [own];
  const names = Object.keys(targets);
  for (const target of wanted) {
    try {
      if (!names.includes(target)) throw new Error(`${target} is not one of ${names.join(", ")}`);
      console.log(prebuild(target));
    } catch (error) {
      console.error(`prebuild: ${error.message}`);
      process.exitCode = 1;
    }
  }
}
