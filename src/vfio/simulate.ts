import type { MachineOptions } from "../simulator/index.js";
import { type ProfileName, profiles, SimulatedMachine } from "../simulator/index.js";
import { loadMdevSamples } from "../simulator/mdev/index.js";

/** The machine to simulate. */
export interface SimulateOptions extends Omit<MachineOptions, "profile"> {
  /** Kernel profile: `6.1` (unless told), `6.12`, `7.2`, or one of your own. */
  profile?: MachineOptions["profile"] | string;
}

/**
 * Builds a simulated machine.
 *
 * @throws RangeError for an unknown profile
 */
export function simulate({ profile = "6.1", ...rest }: SimulateOptions): SimulatedMachine {
  const known = typeof profile !== "string" || Object.hasOwn(profiles, profile);
  if (!known) {
    const names = Object.keys(profiles).join(", ");
    throw new RangeError(`profile: '${profile}' is not one of ${names}`);
  }
  const machine = new SimulatedMachine({
    clock: "real-time",
    ...rest,
    profile: profile as ProfileName,
  });
  loadMdevSamples(machine);
  return machine;
}
