import { exampleDisplay, exampleUuid } from "../../src/cli/kernel/simulated.js";
import { type OpenKernel, run } from "../../src/cli/run.js";

/** How a command line is run in a test. */
export interface CommandLineOptions {
  env?: Record<string, string>;
  /** Opens the kernel; what the command line and the environment choose unless told. */
  openKernel?: OpenKernel;
  colour?: boolean;
  signal?: AbortSignal;
}

/** What a command line did. */
export interface Outcome {
  code: number;
  out: string;
  err: string;
}

/** Runs `vfio ...` in this process. The simulated kernel is chosen unless the environment says. */
export async function vfio(
  argv: readonly string[],
  {
    env = { VFIO_KERNEL: "simulated" },
    openKernel,
    colour = false,
    signal,
  }: CommandLineOptions = {},
): Promise<Outcome> {
  const outcome: Outcome = { code: -1, out: "", err: "" };
  const terminal = {
    env,
    colour,
    signal: signal ?? new AbortController().signal,
    out: (text: string) => {
      outcome.out += text;
    },
    err: (text: string) => {
      outcome.err += text;
    },
  };
  outcome.code = await run(argv, terminal, openKernel);
  return outcome;
}

/** An outcome as a golden file has it: the command line, both outputs, the exit code. */
export function transcript(argv: readonly string[], { code, out, err }: Outcome): string {
  const words = argv.map((word) => (/[\s"*]/.test(word) || word === "" ? `'${word}'` : word));
  const part = (name: string, text: string) => (text === "" ? "" : `--- ${name}\n${text}`);
  const streams = part("stdout", out) + part("stderr", err);
  const text = `$ vfio ${words.join(" ")}\n${streams}--- exit ${code}\n`;
  return withoutChance(text);
}

const known: readonly string[] = [exampleUuid, exampleDisplay];

/** UUIDs that were drawn by lot read alike. */
function withoutChance(text: string): string {
  return text.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (uuid) =>
    known.includes(uuid) || uuid.startsWith("00000000-") ? uuid : uuid.replace(/[0-9a-f]/g, "?"),
  );
}
