import { nvmeHostDriver } from "../drivers/nvme/host-driver.js";
import type { SimulatedMachine } from "../machine.js";
import type { PciDriver } from "./driver.js";
import { pciHost } from "./host.js";

const modules = { nvme: nvmeHostDriver } as const satisfies Record<string, PciDriver>;

/** Kernel drivers of PCI functions that a machine does not have by itself. */
export type PciDriverName = keyof typeof modules;

/**
 * modprobe: loads a kernel driver, by name or of your own; functions that it matches and that
 * nobody has are bound to it.
 *
 * @throws RangeError for a name that there is not
 */
export function loadPciDriver(machine: SimulatedMachine, driver: PciDriverName | PciDriver): void {
  const found = typeof driver === "string" ? modules[driver] : driver;
  if (found === undefined) throw new RangeError(`there is no driver ${driver}`);
  pciHost(machine).register(found);
}
