import { CommanderError } from "commander";
import { isVfioError } from "../errors.js";
import type { Kernel } from "../kernel.js";
import type { CommandContext } from "./command.js";
import { ExitCode } from "./exit-code.js";
import { type KernelChoice, kernelChoice } from "./kernel/choice.js";
import type { OpenKernelOptions } from "./kernel/open.js";
import { type Call, program } from "./program.js";
import type { Terminal } from "./terminal.js";
import { json } from "./text/json.js";
import { paint } from "./text/paint.js";
import { UsageError } from "./usage-error.js";

/** Opens the kernel that was chosen. */
export type OpenKernel = (choice: KernelChoice, options: OpenKernelOptions) => Promise<Kernel>;

/**
 * Runs one command line.
 *
 * @returns the exit code: see `ExitCode`
 */
export async function run(
  argv: readonly string[],
  terminal: Terminal,
  openKernel: OpenKernel = openChosenKernel,
): Promise<number> {
  try {
    const top = program(terminal, (call) => execute(call, terminal, openKernel));
    await top.parseAsync(argv, { from: "user" });
    return ExitCode.ok;
  } catch (error) {
    return report(error, terminal);
  }
}

const openChosenKernel: OpenKernel = async (choice, options) => {
  const { openKernel } = await import("./kernel/open.js");
  return openKernel(choice, options);
};

async function execute(call: Call, terminal: Terminal, openKernel: OpenKernel): Promise<void> {
  const { spec, parameters, options } = call;
  const choice = kernelChoice(text(options["kernel"]), terminal.env["VFIO_KERNEL"]);
  const command = await spec.load();
  const kernel = await openKernel(choice, {
    fresh: spec.freshMachine === true,
    looks: spec.looks === true,
  });
  try {
    const context = contextOf(kernel, terminal, options["json"] === true);
    if (kernel.description.kind === "simulated") context.note(simulated(kernel));
    const result = await command.run(context, parameters, options as never);
    terminal.out(context.json ? json(result) : command.show(result as never, context.paint));
  } finally {
    kernel.shutdown();
  }
}

function simulated({ description }: Kernel): string {
  return `This runs on a ${description.text}, which ends with the command.`;
}

function contextOf(kernel: Kernel, terminal: Terminal, asJson: boolean): CommandContext {
  return {
    kernel,
    signal: terminal.signal,
    paint: paint(terminal.colour && !asJson),
    json: asJson,
    note: (line) => terminal.err(`${line}\n`),
    print: (chunk) => {
      if (!asJson) terminal.out(chunk);
    },
  };
}

function report(error: unknown, terminal: Terminal): number {
  if (error instanceof CommanderError) {
    return error.exitCode === 0 ? ExitCode.ok : ExitCode.usage;
  }
  if (terminal.signal.aborted) {
    terminal.err("Interrupted.\n");
    return ExitCode.interrupted;
  }
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  terminal.err(`Error: ${message}\n`);
  if (error instanceof UsageError) return ExitCode.usage;
  const unexpected = !isVfioError(error) && terminal.env["VFIO_DEBUG"] !== undefined;
  if (unexpected) terminal.err(`${stack}\n`);
  return ExitCode.failure;
}

function text(option: unknown): string | undefined {
  return typeof option === "string" ? option : undefined;
}
