import { Errno } from "../../../errno.js";
import { PciCommand, PciConfig } from "../../../uapi/pci-regs.js";
import type { Result } from "../../core/result.js";
import { PowerState } from "../power.js";
import { restoreState, saveState } from "../reset-methods.js";
import { VirtualConfig } from "./config/virtual-config.js";
import type { VfioPciDevice } from "./device.js";
import { resetIdleSet } from "./hot-reset.js";

/** The first user opens the device. */
// drivers/vfio/pci/vfio_pci_core.c: vfio_pci_core_enable()
export function enable(device: VfioPciDevice): Result {
  const { pci } = device;
  device.power.get();
  pci.command(0, PciCommand.MASTER);
  pci.enable();
  const reset = pci.resets.tryReset();
  if (reset === -Errno.EAGAIN) {
    pci.disable();
    device.power.put();
    return reset;
  }
  device.resetWorks = reset === 0;
  device.saved = saveState(pci);
  pci.interrupts.allowLine(true);
  device.config = new VirtualConfig(device);
  device.irqs.msiQmax = 0;
  device.findMsix();
  pci.barsClaimed = device.profile.pciExclusiveBars;
  return 0;
}

/** The last user closes it: as little of what he did remains as possible. */
// drivers/vfio/pci/vfio_pci_core.c: vfio_pci_core_disable()
export function disable(device: VfioPciDevice): void {
  const { pci } = device;
  device.power.exit();
  device.power.get();
  device.setPowerState(PowerState.D0);
  pci.command(0, PciCommand.MASTER);
  device.irqs.clear();
  device.ioeventfds.clear();
  device.config = undefined;
  pci.barsClaimed = false;
  device.needsReset = true;
  pci.config.write(PciConfig.COMMAND, 2, PciCommand.INTX_DISABLE);
  if (device.resetWorks && pci.resets.resetLocked() === 0) device.needsReset = false;
  if (device.saved !== undefined) restoreState(pci, device.saved);
  device.saved = undefined;
  pci.disable();
  resetIdleSet(device.deviceSet);
  device.power.put();
}
