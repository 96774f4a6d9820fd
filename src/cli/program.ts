import { Command as Commander, Option } from "commander";
import { catalogue } from "./catalogue/index.js";
import type { CommandSpec } from "./command.js";
import type { Terminal } from "./terminal.js";
import { version } from "./version.js";

/** A command line that has been understood. */
export interface Call {
  readonly spec: CommandSpec;
  readonly parameters: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
}

const closing = `
Which kernel: this machine's, unless --kernel or VFIO_KERNEL says otherwise. A simulated one
(simulated, simulated:6.12) needs no VFIO and no root; each command gets a fresh machine.

First steps:
  $ vfio tour --kernel simulated    see VFIO work
  $ vfio list                       what is here
  $ vfio help <command>             options and examples`;

/** The commands as commander knows them; `call` is told which one was called, and how. */
export function program(terminal: Terminal, call: (call: Call) => Promise<void>): Commander {
  const top = prepare(new Commander("vfio"), terminal)
    .usage("[options] <command>")
    .description("Linux VFIO: devices, groups, registers, mediated devices, binding.")
    .version(version(), "-V, --version", "print the version")
    .addOption(kernelOption())
    .addOption(jsonOption())
    .addHelpText("after", closing)
    .helpCommand("help <command>", "options and examples of a command")
    .showHelpAfterError("All commands: vfio --help");
  for (const spec of catalogue) add(top, spec, terminal, call);
  return top;
}

function add(
  top: Commander,
  spec: CommandSpec,
  terminal: Terminal,
  call: (call: Call) => Promise<void>,
): void {
  const words = spec.usage.split(" ");
  const path = words.filter((word) => /^\w/.test(word));
  const parameters = words.slice(path.length);
  const parent = path.length === 1 ? top : family(top, path[0]!, terminal);
  const command = prepare(new Commander(path.at(-1)), terminal)
    .helpCommand(false)
    .showHelpAfterError(`Its help: vfio ${path.join(" ")} --help`)
    .summary(spec.summary)
    .description(sentence(spec.summary) + (spec.about === undefined ? "" : `\n\n${spec.about}`))
    .addHelpText("after", examples(spec));
  for (const parameter of parameters) command.argument(parameter);
  for (const { flags, text, initial, choices } of spec.options ?? []) {
    const option = new Option(flags, text);
    if (initial !== undefined) option.default(initial, initial);
    if (choices !== undefined) option.choices(choices);
    command.addOption(option);
  }
  command.action(() =>
    call({ spec, parameters: command.args, options: command.optsWithGlobals() }),
  );
  parent.addCommand(command);
}

const families: Readonly<Record<string, string>> = {
  irq: "interrupts: wait",
  mdev: "mediated devices: types, list, start, stop",
};

/** The parent of commands of two words: `mdev`. */
function family(top: Commander, name: string, terminal: Terminal): Commander {
  const there = top.commands.find((command) => command.name() === name);
  if (there !== undefined) return there;
  const made = prepare(new Commander(name), terminal)
    .summary(families[name] ?? "")
    .description(sentence((families[name] ?? name).replace(/:.*/, "")))
    .helpCommand(false)
    .showHelpAfterError(`Its commands: vfio ${name} --help`);
  top.addCommand(made);
  return made;
}

function prepare(command: Commander, terminal: Terminal): Commander {
  return command
    .exitOverride()
    .configureHelp({ showGlobalOptions: true, subcommandTerm })
    .configureOutput({
      writeOut: (text) => terminal.out(text),
      writeErr: (text) => terminal.err(text),
      outputError: (text, write) => write(text.replace(/^error: /, "Error: ")),
    });
}

/** A command in a list of commands: its name and parameters. */
function subcommandTerm(command: Commander): string {
  const parameters = command.registeredArguments.map((argument) =>
    argument.required ? `<${argument.name()}>` : `[${argument.name()}]`,
  );
  return [command.name(), ...parameters].join(" ");
}

function kernelOption(): Option {
  return new Option("-k, --kernel <kernel>", "host, simulated or simulated:VERSION");
}

function jsonOption(): Option {
  return new Option("--json", "print one JSON document");
}

function sentence(summary: string): string {
  return `${summary[0]!.toUpperCase()}${summary.slice(1)}.`;
}

function examples({ examples }: CommandSpec): string {
  const width = Math.max(...examples.map(([line]) => line.length));
  const beside = examples.map(([line, text]) => `  $ vfio ${line.padEnd(width)}   ${text}`);
  const fits = beside.every((line) => line.length <= 80);
  const below = examples.map(([line, text]) => `  $ vfio ${line}\n      ${text}`);
  return `\nExamples:\n${(fits ? beside : below).join("\n")}`;
}
