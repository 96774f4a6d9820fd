import { parseArgs } from "node:util";

/** What the runner's command line says. */
export interface RunnerArguments {
  /** `linux` or `simulated:6.1`. */
  readonly kernel: string;
  readonly only: string | undefined;
  /** Run the tour and the guide's driver behind the cases. */
  readonly tour: boolean;
  /** Where records go; standard output unless told. */
  readonly out: string | undefined;
}

/** Reads the runner's command line. */
export function parseRunnerArguments(argv: readonly string[]): RunnerArguments {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      kernel: { type: "string", default: "simulated:6.1" },
      only: { type: "string" },
      tour: { type: "boolean", default: false },
      out: { type: "string" },
    },
  });
  const { kernel, only, tour, out } = values;
  return { kernel, only, tour, out };
}
