import { exampleAddress, furnish } from "../../src/cli/kernel/simulated.js";
import type { OpenKernel } from "../../src/cli/run.js";
import { gated } from "../../src/gate/index.js";
import { guestFixtures } from "../../src/simulator/fixtures.js";
import type { ProcessOptions, SimulatedMachine } from "../../src/simulator/index.js";
import { offerToDrivers, setDriverOverride } from "../../src/sysfs/binding.js";
import { simulate } from "../../src/vfio/simulate.js";

export { exampleAddress };

/** A machine that commands run on, its clock by hand so that nothing waits. */
export function machine({ fresh = false, profile = "6.1" } = {}): SimulatedMachine {
  const made = simulate({ profile, clock: "manual", devices: guestFixtures });
  if (!fresh) furnish(made);
  return made;
}

/** Binds a PCI device to another driver than vfio-pci. */
export function bindTo(made: SimulatedMachine, address: string, driver: string): void {
  const kernel = made.process({ command: "systemd" });
  setDriverOverride(kernel, address, driver);
  offerToDrivers(kernel, address);
  setDriverOverride(kernel, address, undefined);
  kernel.shutdown();
}

/** Opens a new process of this machine for each command: what one does, the next one finds. */
export function on(made: SimulatedMachine, process: ProcessOptions = {}): OpenKernel {
  return async () => gated(made.process({ command: "vfio", ...process }));
}

/** Opens a new machine for each command, as the commands themselves do. */
export const each: OpenKernel = async (choice, options) => {
  const profile = choice.kind === "simulated" ? choice.profile : "6.1";
  return gated(machine({ ...options, profile }).process({ command: "vfio" }));
};
