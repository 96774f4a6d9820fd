import type { ChipBus } from "./chip.js";
import type { PciDevice } from "./device.js";

/** What a function's chip can do: its bus mastering and its pins, as the registers let it. */
export function chipBus(device: PciDevice): ChipBus {
  const { machine, interrupts } = device;
  return {
    clock: machine.clock,
    hazards: machine.hazards,
    dmaRead: (address, target) => {
      const domain = device.busMaster;
      if (domain === undefined) target.fill(0);
      else domain.read(address, target);
    },
    dmaWrite: (address, source) => device.busMaster?.write(address, source),
    setIntx: (asserted) => interrupts.setLine(asserted),
    get msiEnabled() {
      return interrupts.msi?.enabled ?? false;
    },
    get msixEnabled() {
      return interrupts.msix?.enabled ?? false;
    },
    sendMsi: (vector) => interrupts.sendMsi(vector),
    sendMsix: (vector) => interrupts.sendMsix(vector),
  };
}
