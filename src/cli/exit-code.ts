/** Exit codes of all commands. */
export const ExitCode = {
  ok: 0,
  /** The kernel or the device said no: `Error: ...` on stderr. */
  failure: 1,
  /** The command line is wrong. */
  usage: 2,
  /** Interrupted by Ctrl-C, as shells count it. */
  interrupted: 130,
} as const;
