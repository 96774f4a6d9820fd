/** Where a command's text goes and what the user's environment says. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Colours are welcome on standard output. */
  readonly colour: boolean;
  /** Aborted when the user interrupts (Ctrl-C). */
  readonly signal: AbortSignal;
  out(text: string): void;
  err(text: string): void;
}

/**
 * The terminal of this process. The first Ctrl-C lets a command clean up, the second one ends the
 * process at once; a reader that goes away (`vfio dump ... | head`) ends it quietly.
 */
export function processTerminal(): Terminal {
  const { stdout, stderr, env } = process;
  const interrupt = new AbortController();
  process.once("SIGINT", () => interrupt.abort());
  stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit();
    stderr.write(`Error: standard output: ${error.message}\n`);
    process.exit(1);
  });
  stderr.on("error", () => process.exit(1));
  const colour = stdout.isTTY === true && !env["NO_COLOR"] && env["TERM"] !== "dumb";
  return {
    env,
    colour,
    signal: interrupt.signal,
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
  };
}
