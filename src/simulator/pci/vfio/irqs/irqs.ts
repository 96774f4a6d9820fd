import { Errno } from "../../../../errno.js";
import { IrqSetFlags, PciIrq } from "../../../../uapi/flags.js";
import { PciConfig } from "../../../../uapi/pci-regs.js";
import type { UserArgument } from "../../../core/argument.js";
import type { Client } from "../../../core/client.js";
import type { EventFd } from "../../../core/eventfd.js";
import type { Result } from "../../../core/result.js";
import { type IrqRequest, readIrqRequest } from "../../../mdev/irq-set.js";
import type { VfioPciDevice } from "../device.js";
import { Intx } from "./intx.js";
import { MessageIrqs } from "./message-irqs.js";
import { setSingle } from "./single.js";

/** Interrupt indices of a VFIO PCI device. VFIO_PCI_NUM_IRQS, also: no interrupt is on */
export const irqIndices = 5;

/** The interrupts of a device: which kind is on, and who is told. */
export class VfioIrqs {
  readonly intx: Intx;
  readonly messages: MessageIrqs;
  /** Index of the kind that is on, or `irqIndices`. */
  type: number = irqIndices;
  /** Virtual COMMAND.DisINTx is set. */
  disIntx = false;
  /** Logarithm of how many MSI vectors were asked for last. */
  msiQmax = 0;
  error: EventFd | undefined;
  request: EventFd | undefined;
  readonly #device: VfioPciDevice;

  constructor(device: VfioPciDevice) {
    this.#device = device;
    this.intx = new Intx(device, this);
    this.messages = new MessageIrqs(device, this);
  }

  get none(): boolean {
    return this.type >= irqIndices;
  }

  // drivers/vfio/pci/vfio_pci_core.c: vfio_pci_get_irq_count()
  count(index: number): number {
    const { pci, config } = this.#device;
    switch (index) {
      case PciIrq.INTX:
        return config?.bytes[PciConfig.INTERRUPT_PIN] ? 1 : 0;
      case PciIrq.MSI:
        return pci.interrupts.msi?.capable ?? 0;
      case PciIrq.MSIX:
        return pci.interrupts.msix?.size ?? 0;
      case PciIrq.ERR:
        return pci.isPcie ? 1 : 0;
      case PciIrq.REQ:
        return 1;
      default:
        return 0;
    }
  }

  // drivers/vfio/pci/vfio_pci_core.c: vfio_pci_ioctl_set_irqs()
  set(client: Client, argument: UserArgument): Result {
    const request = readIrqRequest(argument, {
      types: irqIndices,
      irqsOf: (index) => this.count(index),
    });
    return typeof request === "number" ? request : this.#apply(client, request);
  }

  /** The COMMAND register was written: masks or unmasks INTx, whether it is on or not. */
  // drivers/vfio/pci/vfio_pci_config.c: vfio_basic_config_write()
  setDisIntx(on: boolean): void {
    if (on === this.disIntx) return;
    this.disIntx = on;
    if (on) this.intx.mask();
    else this.intx.unmask();
  }

  /** The device is closed: everything off. */
  clear(): void {
    if (this.type === PciIrq.INTX) this.intx.disable();
    else if (!this.none) this.messages.disable();
    this.disIntx = false;
    this.error = undefined;
    this.request = undefined;
  }

  // drivers/vfio/pci/vfio_pci_intrs.c: vfio_pci_set_irqs_ioctl()
  #apply(client: Client, request: IrqRequest): Result {
    const { index, action } = request;
    const trigger = action === IrqSetFlags.ACTION_TRIGGER;
    if (index === PciIrq.INTX) return this.intx.set(client, request);
    if (!trigger) return -Errno.ENOTTY;
    if (index === PciIrq.MSI || index === PciIrq.MSIX) return this.messages.set(client, request);
    if (index === PciIrq.ERR) {
      return this.#device.pci.isPcie ? this.#setSingle(client, request, "error") : -Errno.ENOTTY;
    }
    return this.#setSingle(client, request, "request");
  }

  #setSingle(client: Client, request: IrqRequest, which: "error" | "request"): Result {
    const { strictErrEventfd } = this.#device.profile;
    const answer = setSingle(client, request, this[which], strictErrEventfd);
    if (typeof answer === "number") return answer;
    this[which] = answer.eventfd;
    return 0;
  }
}
