import { gated } from "../../gate/index.js";
import type { Kernel } from "../../kernel.js";
import { guestFixtures } from "../../simulator/fixtures.js";
import type { SimulatedMachine } from "../../simulator/index.js";
import type { ProfileName } from "../../simulator/profile.js";
import { offerToDrivers, setDriverOverride } from "../../sysfs/binding.js";
import { startMdev } from "../../sysfs/index.js";
import { simulate } from "../../vfio/simulate.js";
import type { OpenKernelOptions } from "./open.js";

/** The mediated display that it has too. */
export const exampleDisplay = "a0c5b3e4-8a55-4a54-9d8e-2f1d7b1f0c60";

/** The mediated device that a simulated machine has for commands, and the examples name. */
export const exampleUuid = "5d6a9ee0-0e34-4a5b-8f0c-3f3d3b0f1c55";

/** The PCI device that is bound to vfio-pci on it. */
export const exampleAddress = "0000:00:05.0";

/** And one that can be reset. */
const resettable = "0000:03:00.0";

/** A process of a new simulated machine, with something to look at unless it shall be fresh. */
export function simulatedKernel(profile: ProfileName, options: OpenKernelOptions): Kernel {
  const machine = simulate({ profile, devices: guestFixtures });
  if (!options.fresh) furnish(machine);
  return gated(machine.process({ command: "vfio" }));
}

/** Does what an administrator would have done: binds a device and creates a mediated one. */
export function furnish(machine: SimulatedMachine): void {
  const kernel = machine.process({ command: "systemd" });
  for (const address of [exampleAddress, resettable]) {
    setDriverOverride(kernel, address, "vfio-pci");
    offerToDrivers(kernel, address);
  }
  startMdev(kernel, { type: "mtty-2", uuid: exampleUuid });
  startMdev(kernel, { type: "mdpy-vga", uuid: exampleDisplay });
  kernel.shutdown();
}
