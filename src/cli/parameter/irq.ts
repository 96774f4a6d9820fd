import { PciIrq } from "../../uapi/flags.js";
import type { Device } from "../../vfio/device.js";
import type { Irq } from "../../vfio/irq.js";
import { UsageError } from "../usage-error.js";

const indices = new Map<string, number>(
  Object.entries(PciIrq).map(([name, index]) => [name.toLowerCase(), index]),
);

/**
 * The interrupt that an IRQ parameter means: `intx`, `msi`, `msix`, `err`, `req` or a number.
 *
 * @throws UsageError for a text that names none, Error for one that the device does not have
 */
export function irqParameter(device: Device, text: string): Irq {
  const index = indices.get(text.toLowerCase()) ?? (/^\d{1,6}$/.test(text) ? Number(text) : -1);
  if (index < 0) {
    const names = [...indices.keys()].join(", ");
    throw new UsageError(`irq: '${text}' is not one of ${names} or a number`);
  }
  const present = device.interrupts.all();
  const found = present.find((irq) => irq.index === index);
  if (found !== undefined) return found;
  const list = present.map(({ name }) => name.toLowerCase()).join(", ");
  throw new Error(`${device.name} has no interrupt ${text}. It has: ${list || "none"}`);
}
