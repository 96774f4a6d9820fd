import type { SimulatedMachine } from "../machine.js";

/** State of a subsystem that hangs off a machine: made when it is first asked for. */
export function perMachine<State extends object>(
  make: (machine: SimulatedMachine) => State,
): (machine: SimulatedMachine) => State {
  const states = new WeakMap<SimulatedMachine, State>();
  return (machine) => {
    const there = states.get(machine);
    if (there !== undefined) return there;
    const made = make(machine);
    states.set(machine, made);
    return made;
  };
}
