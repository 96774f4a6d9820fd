import { Errno } from "../../../../errno.js";
import { IrqSetFlags, PciIrq } from "../../../../uapi/flags.js";
import { PciCommand, PciConfig } from "../../../../uapi/pci-regs.js";
import type { Client } from "../../../core/client.js";
import { type EventFd, eventfdOf } from "../../../core/eventfd.js";
import type { Result } from "../../../core/result.js";
import { descriptorOf, type IrqRequest } from "../../../mdev/irq-set.js";
import type { VfioPciDevice } from "../device.js";
import { enableVirqfd, type VirqfdSlot } from "../virqfd.js";
import { irqIndices, type VfioIrqs } from "./irqs.js";

/**
 * INTx: a level-triggered line that is masked as soon as it has been seen, and that the user
 * unmasks. Masking is done by the device itself (COMMAND.DisINTx).
 */
export class Intx {
  readonly #device: VfioPciDevice;
  readonly #irqs: VfioIrqs;
  readonly #unmaskSlot: VirqfdSlot = { virqfd: undefined };
  #trigger: EventFd | undefined;
  #masked = false;

  constructor(device: VfioPciDevice, irqs: VfioIrqs) {
    this.#device = device;
    this.#irqs = irqs;
  }

  get on(): boolean {
    return this.#irqs.type === PciIrq.INTX;
  }

  set(client: Client, request: IrqRequest): Result {
    switch (request.action) {
      case IrqSetFlags.ACTION_MASK:
        return this.#setMask(request);
      case IrqSetFlags.ACTION_UNMASK:
        return this.#setUnmask(client, request);
      case IrqSetFlags.ACTION_TRIGGER:
        return this.#setTrigger(client, request);
      default:
        return -Errno.ENOTTY;
    }
  }

  /** Whether that has changed anything. vfio_pci_intrs.c: __vfio_pci_intx_mask() */
  mask(): boolean {
    const { interrupts } = this.#device.pci;
    if (this.on && this.#masked) return false;
    interrupts.allowLine(false);
    if (!this.on) return false;
    this.#masked = true;
    return true;
  }

  /** Unmasks, unless the line is up: then the user is told again. vfio_pci_intx_unmask() */
  unmask(): void {
    const { interrupts } = this.#device.pci;
    if (!this.on) {
      interrupts.allowLine(true);
      return;
    }
    if (!this.#masked || this.#irqs.disIntx) return;
    this.#masked = interrupts.asserted;
    if (this.#masked) this.#send();
    else interrupts.allowLine(true);
  }

  // drivers/vfio/pci/vfio_pci_intrs.c: vfio_intx_disable()
  disable(): void {
    this.#unmaskSlot.virqfd?.disable();
    this.#device.pci.interrupts.handlers.line = undefined;
    this.#trigger = undefined;
    this.#irqs.type = irqIndices;
  }

  // drivers/vfio/pci/vfio_pci_intrs.c: vfio_pci_set_intx_mask()
  #setMask({ start, count, data, bytes }: IrqRequest): Result {
    if (!this.on || start !== 0 || count !== 1) return -Errno.EINVAL;
    if (data === IrqSetFlags.DATA_EVENTFD) return -Errno.ENOTTY;
    if (data === IrqSetFlags.DATA_NONE || bytes[0] !== 0) this.mask();
    return 0;
  }

  // drivers/vfio/pci/vfio_pci_intrs.c: vfio_pci_set_intx_unmask()
  #setUnmask(client: Client, request: IrqRequest): Result {
    const { start, count, data, bytes } = request;
    if (!this.on || start !== 0 || count !== 1) return -Errno.EINVAL;
    if (data !== IrqSetFlags.DATA_EVENTFD) {
      if (data === IrqSetFlags.DATA_NONE || bytes[0] !== 0) this.unmask();
      return 0;
    }
    const fd = descriptorOf(request, 0);
    if (fd >= 0) return enableVirqfd(client, fd, this.#unmaskSlot, () => this.unmask());
    this.#unmaskSlot.virqfd?.disable();
    return 0;
  }

  // drivers/vfio/pci/vfio_pci_intrs.c: vfio_pci_set_intx_trigger()
  #setTrigger(client: Client, request: IrqRequest): Result {
    const { start, count, data, bytes } = request;
    if (this.on && count === 0 && data === IrqSetFlags.DATA_NONE) {
      this.disable();
      return 0;
    }
    if (!(this.on || this.#irqs.none) || start !== 0 || count !== 1) return -Errno.EINVAL;
    if (data === IrqSetFlags.DATA_EVENTFD) return this.#setEventfd(client, request);
    if (!this.on) return -Errno.EINVAL;
    if (data === IrqSetFlags.DATA_NONE || bytes[0] !== 0) this.#send();
    return 0;
  }

  #setEventfd(client: Client, request: IrqRequest): Result {
    const fd = descriptorOf(request, 0);
    let trigger: EventFd | undefined;
    if (fd >= 0) {
      const eventfd = eventfdOf(client, fd);
      if (typeof eventfd === "number") return eventfd;
      trigger = eventfd;
    }
    if (!this.on) return this.#enable(trigger);
    this.#trigger = trigger;
    return 0;
  }

  // drivers/vfio/pci/vfio_pci_intrs.c: vfio_intx_enable()
  #enable(trigger: EventFd | undefined): Result {
    const { pci } = this.#device;
    if (pci.irq === 0) return -Errno.ENODEV;
    this.#trigger = trigger;
    this.#masked = this.#irqs.disIntx;
    pci.interrupts.allowLine(!this.#masked);
    this.#irqs.type = PciIrq.INTX;
    pci.interrupts.handlers.line = () => this.#handle();
    if (!pci.machine.quirks.has("ioapic-lost-level")) pci.interrupts.evaluate();
    return 0;
  }

  // drivers/vfio/pci/vfio_pci_intrs.c: vfio_intx_handler()
  #handle(): void {
    const { config, interrupts } = this.#device.pci;
    const disabled = config.read16(PciConfig.COMMAND) & PciCommand.INTX_DISABLE;
    if (this.#masked || !interrupts.asserted || disabled !== 0) return;
    this.#masked = true;
    interrupts.allowLine(false);
    this.#send();
  }

  // drivers/vfio/pci/vfio_pci_intrs.c: vfio_send_intx_eventfd()
  #send(): void {
    if (this.on && !this.#irqs.disIntx) this.#trigger?.signal();
  }
}
