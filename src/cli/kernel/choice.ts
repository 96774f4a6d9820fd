import { type ProfileName, profiles } from "../../simulator/profile.js";
import { UsageError } from "../usage-error.js";

/** The kernel that a command is to run on. */
export type KernelChoice =
  | { readonly kind: "host" }
  | { readonly kind: "simulated"; readonly profile: ProfileName };

/**
 * What `--kernel` or VFIO_KERNEL says: `host`, `simulated`, `simulated:6.12`. This machine's kernel
 * where neither says anything: it is never a silent choice.
 *
 * @throws UsageError
 */
export function kernelChoice(option: string | undefined, variable: string | undefined) {
  if (option !== undefined) return parse(option, "--kernel");
  if (variable !== undefined && variable !== "") return parse(variable, "VFIO_KERNEL");
  return parse("host", "--kernel");
}

function parse(text: string, from: string): KernelChoice {
  const [kind, profile = "6.1", ...more] = text.split(":");
  if (text === "host") return { kind: "host" };
  if (kind === "simulated" && isProfile(profile) && more.length === 0) {
    return { kind: "simulated", profile };
  }
  const known = Object.keys(profiles).map((name) => `simulated:${name}`);
  throw new UsageError(`${from}: '${text}' is not one of host, simulated, ${known.join(", ")}`);
}

function isProfile(name: string): name is ProfileName {
  return Object.hasOwn(profiles, name);
}
