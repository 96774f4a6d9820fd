import { VfioError } from "../errors.js";
import { gated } from "../gate/index.js";
import type { Kernel } from "../kernel.js";
import { hostModule, simulateModule } from "./lazy.js";
import { wrongType } from "./numbers.js";
import type { SimulateOptions } from "./simulate.js";
import type { Steps } from "./steps.js";

/** Which kernel: this machine's, or the simulated one, perhaps of a profile. */
export type KernelName = "host" | "simulated" | `simulated:${string}`;

/** Which kernel to use. Never a silent choice. */
export interface OpenOptions {
  /**
   * A kernel, or which one. Unless told, what VFIO_KERNEL in the environment says (`host`,
   * `simulated`, `simulated:6.12`), and this machine's where that says nothing.
   */
  kernel?: Kernel | KernelName | undefined;
  /** What to use where this machine has no VFIO. Without it that is an error. */
  fallback?: "simulated" | undefined;
}

/** A kernel to use, and whether it is ours to shut down. */
export interface OpenedKernel {
  kernel: Kernel;
  owned: boolean;
}

/** The choice, as it is to be carried out. */
type Choice =
  | { kind: "given"; kernel: Kernel }
  | { kind: "host" }
  | { kind: "simulated"; options: SimulateOptions };

/**
 * The kernel that these options and the environment ask for.
 *
 * @throws TypeError for an unknown name
 * @throws VfioError ENOENT where this machine has no VFIO and there is no fallback
 */
export function* openKernel(options: OpenOptions): Steps<OpenedKernel> {
  const choice = choose(options);
  if (choice.kind === "given") return { kernel: gated(choice.kernel), owned: false };
  if (choice.kind === "simulated") return yield* openSimulated(choice.options);
  const { hostKernel } = yield* hostModule();
  const host = hostKernel();
  if (host instanceof VfioError) {
    if (options.fallback === "simulated") return yield* openSimulated({});
    throw host;
  }
  return { kernel: gated(host), owned: true };
}

function* openSimulated(options: SimulateOptions): Steps<OpenedKernel> {
  const { simulateBound } = yield* simulateModule();
  return { kernel: gated(simulateBound(options).process()), owned: true };
}

function choose({ kernel, fallback }: OpenOptions): Choice {
  if (fallback !== undefined && fallback !== "simulated") {
    throw new TypeError(`fallback: only "simulated" is one, not ${String(fallback)}`);
  }
  if (typeof kernel === "object" && kernel !== null) return { kind: "given", kernel };
  if (kernel !== undefined) return parse(kernel, "kernel");
  return parse(process.env["VFIO_KERNEL"] || "host", "VFIO_KERNEL");
}

function parse(name: string, from: string): Choice {
  if (typeof name !== "string") throw wrongType(name, from, "a Kernel or a kernel's name");
  if (name === "host") return { kind: "host" };
  const [kind, profile, ...more] = name.split(":");
  if (kind === "simulated" && profile !== "" && more.length === 0) {
    return { kind: "simulated", options: profile === undefined ? {} : { profile } };
  }
  throw new TypeError(`${from}: '${name}' is not host, simulated or simulated:<profile>`);
}
