import { guestFixtures } from "../../src/simulator/fixtures.js";
import type { SimulatedMachine } from "../../src/simulator/index.js";
import { offerToDrivers, setDriverOverride } from "../../src/sysfs/binding.js";
import { simulate } from "../../src/vfio/simulate.js";

/** The guest's machine as it comes up, its clock by hand. */
export function guestMachine(): SimulatedMachine {
  return simulate({ clock: "manual", devices: guestFixtures });
}

/** Binds a PCI device to a driver and leaves no override behind. */
export function bindTo(machine: SimulatedMachine, address: string, driver: string): void {
  const kernel = machine.process({ command: "systemd" });
  setDriverOverride(kernel, address, driver);
  offerToDrivers(kernel, address);
  setDriverOverride(kernel, address, undefined);
  kernel.shutdown();
}
