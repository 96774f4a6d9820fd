import { PciCommand, PciConfig } from "../../uapi/pci-regs.js";
import type { Result } from "../core/result.js";
import type { PciBus } from "./bus.js";
import { PowerState } from "./power.js";
import { restoreState, saveState } from "./reset-methods.js";

/** Resets everything behind a bridge, and gives the functions their registers back. */
// drivers/pci/pci.c: pci_reset_bus(), pci_bridge_secondary_bus_reset()
export function resetBus(bus: PciBus): Result {
  const devices = [...bus.walk()];
  const saved = devices.map((device) => {
    device.power.set(PowerState.D0);
    const state = saveState(device);
    device.config.write(PciConfig.COMMAND, 2, PciCommand.INTX_DISABLE);
    return state;
  });
  for (const device of devices) device.resets.resetFunction();
  devices.forEach((device, index) => {
    restoreState(device, saved[index]!);
  });
  return 0;
}
