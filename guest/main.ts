import { closeSync, openSync, writeSync } from "node:fs";
import { Command, InvalidArgumentError } from "commander";
import type { GuestOptions, GuestResult } from "./guest-options.js";
import { defaultKernel, type KernelName, kernelRecipe, kernelRecipes } from "./kernels.js";
import { prepareGuest } from "./prepare.js";
import { requireQemu } from "./qemu.js";
import { runInGuest } from "./run.js";
import { GuestSetupError } from "./setup-error.js";
import { hostTerminal } from "./terminal.js";

/** What the command line says. */
interface Arguments {
  readonly kernel: KernelName;
  readonly prepare?: true;
  readonly refresh?: true;
  readonly timeout?: number;
  readonly memory: string;
  readonly iommu: boolean;
  readonly results?: string;
  readonly verbose?: true;
}

/** Exit code when this machine lacks something: EX_UNAVAILABLE of sysexits.h. */
const UNAVAILABLE = 69;

const EXIT_CODES = `
Exits as the command does; ${UNAVAILABLE} when this machine lacks something, 70 when the kernel
panicked or the guest was lost, 124 after a timeout. All but the command's output goes to stderr.

Kernels:
${kernelRecipes()
  .map(({ name, summary }) => `  ${name.padEnd(14)}${summary}`)
  .join("\n")}`;

/** Runs the tool; sets the process's exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  const program = new Command("npm run guest --")
    .description(
      "Runs a command in a real Linux kernel with VFIO, booted in QEMU on this machine's file " +
        "system (read-only, under a layer of RAM). Without a command: a shell.",
    )
    .argument("[command...]", "program and arguments; a single one with spaces is a shell line")
    .option("--kernel <name>", "which kernel to boot", parseKernel, defaultKernel)
    .option("--prepare", "only put the kernel into the cache")
    .option("--refresh", "prepare anew, for a newer point release")
    .option("--timeout <seconds>", "kill the guest after this time", parseSeconds)
    .option("--memory <size>", "memory of the guest, in QEMU's notation", "2G")
    .option("--no-iommu", "a machine without an IOMMU")
    .option("--results <file>", "keep what the command writes to $VFIO_GUEST_RESULTS")
    .option("--verbose", "show the kernel's messages")
    .addHelpText("after", EXIT_CODES)
    .passThroughOptions();
  program.parse(argv, { from: "user" });
  try {
    process.exitCode = await run(program.args, program.opts<Arguments>());
  } catch (error) {
    if (!(error instanceof GuestSetupError)) throw error;
    say(error.message);
    process.exitCode = UNAVAILABLE;
  }
}

async function run(command: readonly string[], args: Arguments): Promise<number> {
  const { kernel, refresh = false } = args;
  const interactive = command.length === 0;
  if (interactive && !args.prepare && !(process.stdin.isTTY && process.stdout.isTTY)) {
    say("a shell needs a terminal; give a command");
    return 2;
  }
  if (!args.prepare) requireQemu();
  // Before signals are caught: they end a preparation as they end any program.
  await prepareGuest({ kernel, refresh, log: say });
  if (args.prepare) return 0;
  const results = args.results === undefined ? undefined : openSync(args.results, "w");
  const result = await runInGuest({
    ...guestOptions(command, args),
    signal: terminationSignal(),
    ...(results === undefined ? {} : { onResults: (chunk) => writeFully(results, chunk) }),
    ...(interactive ? { terminal: hostTerminal(process.stdin, process.stdout) } : {}),
    ...(interactive || process.stdin.isTTY ? {} : { stdin: process.stdin }),
  });
  if (results !== undefined) closeSync(results);
  process.stdin.destroy();
  report(result, args);
  return result.exitCode;
}

function guestOptions(command: readonly string[], args: Arguments): GuestOptions {
  return {
    kernel: args.kernel,
    command,
    memory: args.memory,
    iommu: args.iommu,
    log: say,
    onOutput: (chunk, stream) => process[stream].write(chunk),
    ...(args.timeout === undefined ? {} : { timeoutSeconds: args.timeout }),
    ...(args.verbose ? { onKernelLog: (text) => process.stderr.write(text) } : {}),
  };
}

/** Says what a command's own exit code does not. */
function report(result: GuestResult, args: Arguments): void {
  const { outcome, kernelVersion, seconds, fault, log } = result;
  if (args.verbose) say(`Linux ${kernelVersion}: ${outcome} after ${seconds.toFixed(1)} s`);
  if (fault !== "" && !args.verbose) say(`Linux ${kernelVersion} reported:\n${fault}`);
  if (outcome === "panicked") say("the kernel panicked");
  if (outcome === "timed-out") say(`no end after ${args.timeout} s; killed`);
  if (outcome === "aborted") say("interrupted; killed");
  if (outcome !== "lost") return;
  const tail = log.trimEnd().split("\n").slice(-20).join("\n");
  say(`the guest stopped without the command's exit code. The end of its log:\n${tail}`);
}

/** The guest must not outlive an interrupted tool, or one whose output nobody reads any more. */
function terminationSignal(): AbortSignal {
  const controller = new AbortController();
  const abort = () => controller.abort();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(name, abort);
  process.stdout.on("error", abort);
  return controller.signal;
}

function writeFully(file: number, chunk: Buffer): void {
  for (let done = 0; done < chunk.length; ) done += writeSync(file, chunk, done);
}

function say(line: string): void {
  process.stderr.write(`guest: ${line}\n`);
}

function parseKernel(name: string): KernelName {
  try {
    return kernelRecipe(name).name;
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (seconds > 0) return seconds;
  throw new InvalidArgumentError("a number of seconds is needed");
}
