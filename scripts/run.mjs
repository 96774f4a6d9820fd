/** Running the project's tools, one after the other, and telling how it went. */

import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The top of the checkout. */
export const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** Runs a command in the checkout with its output passed through: its exit status. */
export function run(command, args, { env = {} } = {}) {
  const { status, signal, error } = spawnSync(command, args, {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, ...env },
  });
  if (error !== undefined) console.error(`${command}: ${error.message}`);
  if (signal !== null) console.error(`${command} ended by ${signal}`);
  return status ?? 1;
}

/** Whether a command is on the path. */
export function available(command) {
  return spawnSync(command, ["--version"], { stdio: "ignore" }).error === undefined;
}

/** A tool that npm installed. */
export function tool(name) {
  return join(root, "node_modules", ".bin", name);
}

/**
 * Runs all steps, also after one has failed, and prints what became of each. A step is
 * `{ name, run }`; `run` answers true, false, or `{ skipped: reason }`.
 */
export async function runSteps(steps) {
  const results = [];
  for (const { name, run: step } of steps) {
    console.log(`\n--- ${name}`);
    const started = performance.now();
    const result = await step();
    results.push({ name, result, seconds: (performance.now() - started) / 1000 });
  }
  console.log("");
  for (const { name, result, seconds } of results) {
    const word = result === true ? "ok" : result === false ? "FAILED" : "skipped";
    const reason = typeof result === "object" ? ` (${result.skipped})` : "";
    console.log(`${word.padEnd(8)} ${seconds.toFixed(1).padStart(6)} s  ${name}${reason}`);
  }
  const failed = results.filter(({ result }) => result === false);
  return { failed: failed.map(({ name }) => name), steps: results.length };
}
