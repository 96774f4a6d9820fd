import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Kernel } from "../../../src/kernel.js";
import type { ProcessOptions } from "../trial/index.js";
import { Lines } from "./lines.js";
import { RemoteKernel } from "./remote-kernel.js";

const agent = fileURLToPath(new URL("agent.js", import.meta.url));

/** Starts a process that makes calls for us on this machine's kernel. */
export function startRemote(local: Kernel, options: ProcessOptions = {}): RemoteKernel {
  const directory = mkdtempSync(join(tmpdir(), "vfio-process-"));
  const requests = join(directory, "requests");
  const answers = join(directory, "answers");
  const { status, stderr } = spawnSync("mkfifo", [requests, answers], { encoding: "utf8" });
  if (status !== 0) throw new Error(`mkfifo: ${stderr}`);
  const [program = "", ...args] = [...limits(options), process.execPath, agent, requests, answers];
  const child = spawn(program, args, { stdio: ["ignore", "inherit", "inherit"] });
  // Opening a FIFO waits for the other end.
  const output = openSync(requests, "w");
  const input = openSync(answers, "r");
  rmSync(directory, { recursive: true });
  child.unref();
  return new RemoteKernel(local, new Lines(input, output), () => waitForEnd(input));
}

/** The other process closes its end when it is gone, with everything that it had open. */
function waitForEnd(input: number): void {
  new Lines(input, -1).receive();
}

/** Runs a program with a limit on locked memory, and without the right to ignore it. */
function limits({ memlock }: ProcessOptions): string[] {
  if (memlock === undefined) return [];
  const without = "--bounding-set=-ipc_lock --inh-caps=-ipc_lock".split(" ");
  return ["prlimit", `--memlock=${memlock}:${memlock}`, "setpriv", ...without];
}
