import { PciIrq } from "../uapi/flags.js";
import type { Device } from "./device.js";
import { Irq } from "./irq.js";
import { integer } from "./numbers.js";
import { unlessInvalid } from "./unless-invalid.js";

const pciNames = new Map<number, string>(
  Object.entries(PciIrq).map(([name, index]) => [index, name]),
);

/** A device's interrupts, by index and, for PCI, by name. */
export class Interrupts {
  readonly #device: Device;
  readonly #irqs = new Map<number, Irq>();

  /** @internal Programs use `device.interrupts`. */
  constructor(device: Device) {
    this.#device = device;
  }

  /** One index; the same object each time. Whether the device has it, `irq.info` tells. */
  irq(index: number): Irq {
    const known = this.#irqs.get(index);
    if (known !== undefined) return known;
    const wanted = integer(index, "irq", { max: 0xffff_ffff });
    const name = this.#device.api === "pci" ? pciNames.get(wanted) : undefined;
    const irq = new Irq(this.#device, wanted, name ?? `irq ${wanted}`);
    this.#irqs.set(wanted, irq);
    return irq;
  }

  /** The pin. It masks itself and is unmasked when the next event is asked for. */
  get intx(): Irq {
    return this.#pci(PciIrq.INTX);
  }

  /** Message-signaled: up to 32 vectors. */
  get msi(): Irq {
    return this.#pci(PciIrq.MSI);
  }

  /** Message-signaled, with a table in a BAR: up to 2048 vectors. */
  get msix(): Irq {
    return this.#pci(PciIrq.MSIX);
  }

  /** An uncorrectable PCI Express error was found. */
  get err(): Irq {
    return this.#pci(PciIrq.ERR);
  }

  /** Somebody wants the device back (unbind, remove): close it soon. Again every 10 s. */
  get req(): Irq {
    return this.#pci(PciIrq.REQ);
  }

  /** Those that the device has, by index. */
  all(): Irq[] {
    const indices = Array.from({ length: this.#device.info.irqCount }, (_, index) => index);
    return indices
      .map((index) => this.irq(index))
      .filter((irq) => (unlessInvalid(() => irq.info)?.count ?? 0) > 0);
  }

  /** Those that are enabled at this moment. */
  get enabled(): Irq[] {
    return [...this.#irqs.values()].filter((irq) => irq.enabled !== undefined);
  }

  #pci(index: number): Irq {
    if (this.#device.api === "pci") return this.irq(index);
    throw new TypeError(`${this.#device.label} is not PCI: use interrupts.irq(index)`);
  }
}
