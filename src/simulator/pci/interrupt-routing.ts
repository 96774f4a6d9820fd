import { PciConfig } from "../../uapi/pci-regs.js";
import type { PciDevice } from "./device.js";

/** Inputs of the I/O APIC that the pins of the root bus' devices lead to. */
const firstInput = 20;

/**
 * The line behind a function's pin: each bridge on the way turns the pins by the number of the
 * device, and so does the root bus. Undefined without a pin.
 */
// drivers/acpi/pci_irq.c: acpi_pci_irq_enable(), drivers/pci/pci.c: pci_swizzle_interrupt_pin()
export function routedLine(device: PciDevice): number | undefined {
  let pin = device.config.read8(PciConfig.INTERRUPT_PIN) - 1;
  if (pin < 0 || device.isVirtualFunction) return undefined;
  let at = device;
  while (at.bus.bridge !== undefined) {
    pin = (pin + at.address.device) % 4;
    at = at.bus.bridge;
  }
  return firstInput + ((pin + at.address.device) % 4);
}
