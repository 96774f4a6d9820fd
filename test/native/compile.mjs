/** Compiles native code for tests: the access tracer, and the addon under sanitizers. */

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { headersDirectory, missingTools } from "../../scripts/build.mjs";
import { root } from "../../scripts/run.mjs";

const compiler = process.env["CXX"] ?? "g++";

/**
 * Compiles C++ sources to build/<name>.node, unless that is newer than all of them.
 *
 * @param {string} name
 * @param {string[]} sources paths from the top of the checkout
 * @param {string[]} flags
 * @param {string[]} headers paths of what the sources include
 * @returns {{ file: string, reason?: undefined } | { file?: undefined, reason: string }} where it
 *   is, or why it cannot be compiled
 */
export function compile(name, sources, flags = [], headers = []) {
  const file = join(root, "build", `${name}.node`);
  const inputs = [...sources, ...headers];
  if (existsSync(file) && inputs.every((input) => modified(input) <= modified(file))) {
    return { file };
  }
  const missing = missingTools();
  if (missing.length > 0) return { reason: `${missing.join(", ")} not found` };
  const prefix = headersDirectory();
  if (prefix === undefined) return { reason: "Node's headers are not beside its executable" };
  mkdirSync(dirname(file), { recursive: true });
  // Several test files may want it at once: each compiles its own, and the last one stays.
  const mine = `${file}.${process.pid}`;
  const common = ["-std=c++17", "-fPIC", "-shared", "-DNAPI_VERSION=8", "-Wall", "-Wextra"];
  const include = join(prefix, "include", "node");
  const { status, stderr } = spawnSync(
    compiler,
    [...common, ...flags, `-I${include}`, ...sources, "-o", mine],
    { cwd: root, encoding: "utf8" },
  );
  if (status !== 0) return { reason: `${compiler} failed:\n${stderr}` };
  renameSync(mine, file);
  return { file };
}

function modified(path) {
  return statSync(join(path.startsWith("/") ? "" : root, path)).mtimeMs;
}
