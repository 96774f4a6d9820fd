/**
 * The addon under AddressSanitizer, LeakSanitizer and UBSan: random calls, and the tests of the
 * host kernel with their workers, exits and bus errors. `npm test` runs it.
 *
 * Exits with 77 where the sanitizers are not installed.
 */

import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root, tool } from "../../scripts/run.mjs";
import { compile } from "./compile.mjs";

const compiler = process.env["CXX"] ?? "g++";

/** Where the compiler has its runtime library, or undefined. */
function library(name) {
  const { stdout } = spawnSync(compiler, [`-print-file-name=${name}`], { encoding: "utf8" });
  const path = (stdout ?? "").trim();
  return path.startsWith("/") && existsSync(path) ? path : undefined;
}

function skip(reason) {
  console.log(`skipped: ${reason}`);
  process.exit(77);
}

function run(title, command, args, env) {
  console.log(`${title}`);
  const { status, signal } = spawnSync(command, args, {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, ...env },
  });
  if (status === 0) return;
  console.error(`FAILED: ${title} (${signal ?? `status ${status}`})`);
  process.exit(1);
}

const preload = [library("libasan.so"), library("libubsan.so")];
if (preload.includes(undefined))
  skip("libasan and libubsan are not installed: apt-get install g++");

const native = readdirSync(join(root, "native")).map((name) => `native/${name}`);
const sources = native.filter((name) => name.endsWith(".cc"));
const headers = native.filter((name) => name.endsWith(".h"));
const flags = [
  ...["-O1", "-g", "-fno-exceptions", "-fvisibility=hidden"],
  ...["-fsanitize=address,undefined", "-fno-sanitize-recover=all"],
  // The guard of other processors, so that both have been through the tests.
  "-DNODE_VFIO_PORTABLE_ACCESS",
];
const { file, reason } = compile("sanitized", sources, flags, headers);
if (file === undefined) skip(reason);

// Node keeps the bookkeeping of `External`s that are alive at its end.
const suppressions = join(root, "build", "sanitized.suppressions");
writeFileSync(suppressions, "leak:^napi_create_external$\n");

const common = {
  LD_PRELOAD: preload.join(":"),
  // The addon has handlers of its own for these signals, and the tests look at them.
  ASAN_OPTIONS: "allow_user_segv_handler=1:handle_segv=0:handle_sigbus=0:detect_leaks=0",
  LSAN_OPTIONS: `suppressions=${suppressions}:print_suppressions=0`,
  UBSAN_OPTIONS: "print_stacktrace=1",
  NODE_VFIO_ADDON: file,
};
const leaks = { ASAN_OPTIONS: `${common.ASAN_OPTIONS}:detect_leaks=1` };
const fuzz = ["test/native/fuzz.mjs", "--addon", file, "--calls", "500000"];

run("random native calls", process.execPath, fuzz, { ...common, ...leaks });
const tests = ["lifecycle", "memory", "eventfd", "mapping", "batch", "ioctl"].map(
  (name) => `test/linux/${name}`,
);
run("tests of the host kernel", tool("vitest"), ["run", "--reporter=dot", ...tests], common);
console.log("sanitizers: nothing found");
