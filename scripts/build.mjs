/**
 * `npm run build`: builds what is missing or out of date, and says what it does. The other scripts
 * call its parts. Nothing here needs root, and without a C++ toolchain everything but the addon
 * gets built.
 */

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { available, root, run, tool } from "./run.mjs";

const addonFile = join(root, "build", "Release", "node_vfio.node");

/** Installs the npm packages that package-lock.json names, if they are not there or not those. */
export function ensureDependencies() {
  const lock = join(root, "package-lock.json");
  const installed = join(root, "node_modules", ".package-lock.json");
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  if (existsSync(installed) && sameVersions(lock, installed)) return;
  console.log("installing npm packages (npm ci)");
  must(run("npm", ["ci", "--no-audit", "--no-fund"]) === 0, "npm ci failed");
}

/** Compiles TypeScript to dist/ if a source is newer than the last time. */
export function ensureTypeScript() {
  const stamp = join(root, "dist", ".stamp");
  const inputs = sources(["src", "guest", "bench", "test", "examples"], /\.ts$/, ["tsconfig.json"]);
  const key = hash([process.version, ...inputs.map(fingerprint)]);
  if (readStamp(stamp) === key) return;
  console.log("compiling TypeScript (tsc)");
  must(run(tool("tsc"), ["-p", "tsconfig.json"]) === 0, "tsc found errors");
  writeStamp(stamp, key);
}

/**
 * Builds the addon if its sources changed. Without a toolchain it says what is missing; that is an
 * error only where the addon is `required`.
 *
 * @returns {{ built: boolean, reason?: string }} whether the addon can be loaded now, or why not
 */
export function ensureAddon({ required = false } = {}) {
  const problem = addonProblem();
  if (problem === undefined) return { built: true };
  const message = `the native addon is not built: ${problem}`;
  must(!required, message);
  console.log(message);
  return { built: false, reason: problem };
}

function addonProblem() {
  if (process.platform !== "linux") return `it is for Linux, and this is ${process.platform}`;
  const stamp = join(root, "build", ".stamp");
  const inputs = sources(["native"], /\.(cc|h)$/, ["binding.gyp"]);
  const key = hash([process.arch, ...inputs.map((path) => readFileSync(path))]);
  if (existsSync(addonFile) && readStamp(stamp) === key) return undefined;
  const missing = missingTools();
  if (missing.length > 0) {
    return (
      `${missing.join(", ")} not found.\n` +
      "  On Debian and Ubuntu: apt-get install build-essential python3\n" +
      "  On Fedora: dnf install gcc-c++ make python3\n" +
      "  then: npm run build"
    );
  }
  const release = takeTurn();
  try {
    if (existsSync(addonFile) && readStamp(stamp) === key) return undefined;
    console.log("building the native addon (node-gyp)");
    if (compileAddon() !== 0) return "node-gyp failed, see above";
    writeStamp(stamp, key);
    return undefined;
  } finally {
    release();
  }
}

/** Waits until nobody else builds in this checkout; returns how to let the next one. */
function takeTurn() {
  const lock = join(root, "build", ".lock");
  mkdirSync(dirname(lock), { recursive: true });
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: "wx" });
      return () => rmSync(lock, { force: true });
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    const holder = readStamp(lock);
    if (holder && !isRunning(Number(holder))) rmSync(lock, { force: true });
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
  }
}

function isRunning(pid) {
  return existsSync(`/proc/${pid}`);
}

/** Runs node-gyp; with Node's own headers where they are installed, so nothing is downloaded. */
function compileAddon(more = []) {
  const nodedir = headersDirectory();
  const headers = nodedir === undefined ? [] : [`--nodedir=${nodedir}`];
  const gyp = join(root, "node_modules", "node-gyp", "bin", "node-gyp.js");
  const options = ["--loglevel=warn", "--jobs=max", ...headers, ...more];
  const configured = gypStep([gyp, "configure", ...options], nodedir);
  return configured === 0 ? gypStep([gyp, "build", ...options], nodedir) : configured;
}

function gypStep(arguments_, nodedir) {
  const { status, stdout, stderr, error } = spawnSync(process.execPath, arguments_, {
    cwd: root,
    encoding: "utf8",
    // An npm that runs this may have settings of its own about where headers are.
    env: { ...process.env, ...(nodedir === undefined ? {} : { npm_config_nodedir: nodedir }) },
  });
  if (status === 0) return 0;
  console.error(stdout, stderr, error ?? "");
  return status ?? 1;
}

/** Where `include/node` of the running Node is: beside its executable. Undefined if nowhere. */
export function headersDirectory() {
  const prefix = dirname(dirname(process.execPath));
  const [major] = process.versions.node.split(".");
  try {
    const header = readFileSync(join(prefix, "include", "node", "node_version.h"), "utf8");
    const found = /#define NODE_MAJOR_VERSION (\d+)/.exec(header)?.[1];
    const complete = existsSync(join(prefix, "include", "node", "uv.h"));
    return found === major && complete ? prefix : undefined;
  } catch {
    return undefined;
  }
}

/** What node-gyp needs and this machine has not. */
export function missingTools() {
  const wanted = [
    ["python3", [process.env["PYTHON"] ?? "python3", "python"]],
    ["make", [process.env["MAKE"] ?? "make", "gmake"]],
    ["a C++ compiler (g++)", [process.env["CXX"] ?? "g++", "c++", "clang++"]],
  ];
  return wanted
    .filter(([, commands]) => !commands.some((command) => available(command.split(" ")[0])))
    .map(([name]) => name);
}

function sources(folders, pattern, files) {
  const found = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true }).map((name) => join(folder, name)),
  );
  const names = [...found.filter((name) => pattern.test(name)), ...files];
  return names.sort().map((name) => join(root, name));
}

/** A file's identity without reading it. */
function fingerprint(path) {
  const { mtimeMs, size } = statSync(path);
  return `${path} ${mtimeMs} ${size}`;
}

function hash(parts) {
  const digest = createHash("sha256");
  for (const part of parts) digest.update(part).update("\0");
  return digest.digest("hex");
}

function readStamp(path) {
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

function writeStamp(path, key) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, key);
}

function sameVersions(lock, installed) {
  const wanted = packages(lock);
  const present = packages(installed);
  return Object.entries(present).every(([name, version]) => wanted[name] === version);
}

function packages(path) {
  const { packages: entries } = JSON.parse(readFileSync(path, "utf8"));
  return Object.fromEntries(Object.entries(entries).map(([name, { version }]) => [name, version]));
}

/** These are scripts for people: what cannot go on ends with one line, not with a stack. */
function must(condition, message) {
  if (condition) return;
  console.error(`build: ${message}`);
  process.exit(1);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  ensureDependencies();
  const { built } = ensureAddon();
  ensureTypeScript();
  console.log(built ? "built: everything is up to date" : "built: TypeScript; not the addon");
}
