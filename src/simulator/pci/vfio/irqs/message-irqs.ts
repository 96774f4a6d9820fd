import { Errno } from "../../../../errno.js";
import { IrqSetFlags, PciIrq } from "../../../../uapi/flags.js";
import type { Client } from "../../../core/client.js";
import { type EventFd, eventfdOf } from "../../../core/eventfd.js";
import type { Result } from "../../../core/result.js";
import { descriptorOf, type IrqRequest } from "../../../mdev/irq-set.js";
import type { VfioPciDevice } from "../device.js";
import { irqIndices, type VfioIrqs } from "./irqs.js";

/** MSI and MSI-X: a number of vectors, each with an eventfd or none. */
export class MessageIrqs {
  readonly #device: VfioPciDevice;
  readonly #irqs: VfioIrqs;
  readonly #triggers = new Map<number, EventFd>();
  /** Vectors that were asked for when it was switched on. */
  #vectors = 0;

  constructor(device: VfioPciDevice, irqs: VfioIrqs) {
    this.#device = device;
    this.#irqs = irqs;
  }

  // drivers/vfio/pci/vfio_pci_intrs.c: vfio_pci_set_msi_trigger()
  set(client: Client, request: IrqRequest): Result {
    const { index, start, count, data } = request;
    const on = this.#irqs.type === index;
    if (on && count === 0 && data === IrqSetFlags.DATA_NONE) {
      this.disable();
      return 0;
    }
    if (!on && !this.#irqs.none) return -Errno.EINVAL;
    if (data === IrqSetFlags.DATA_EVENTFD) {
      return on ? this.#setBlock(client, request) : this.#switchOn(client, request);
    }
    const tooMany = !this.#device.profile.dynamicMsix && start + count > this.#vectors;
    if (!on || tooMany) return -Errno.EINVAL;
    this.#loopBack(request);
    return 0;
  }

  // drivers/vfio/pci/vfio_pci_intrs.c: vfio_msi_disable()
  disable(): void {
    const { interrupts } = this.#device.pci;
    for (const vector of [...this.#triggers.keys()]) this.#drop(vector);
    if (this.#irqs.type === PciIrq.MSIX) interrupts.msix?.disable();
    else interrupts.msi?.disable();
    interrupts.handlers.message = undefined;
    this.#irqs.type = irqIndices;
    this.#vectors = 0;
  }

  #switchOn(client: Client, request: IrqRequest): Result {
    const { index, start, count } = request;
    const enabled = this.#enable(index, start + count);
    if (enabled !== 0) return enabled;
    const result = this.#setBlock(client, request);
    if (result !== 0) this.disable();
    return result;
  }

  // drivers/vfio/pci/vfio_pci_intrs.c: vfio_msi_enable()
  #enable(index: number, vectors: number): Result {
    // drivers/pci/msi: more at least than at most
    if (vectors === 0) return -Errno.ERANGE;
    const { interrupts } = this.#device.pci;
    // COMMAND is saved and restored around it, so DisINTx stays as it was.
    if (index === PciIrq.MSIX) interrupts.msix?.enable(vectors);
    else {
      interrupts.msi?.enable(vectors);
      this.#irqs.msiQmax = 32 - Math.clz32(vectors * 2 - 1) - 1;
    }
    this.#vectors = vectors;
    this.#irqs.type = index;
    interrupts.handlers.message = (vector) => this.#triggers.get(vector)?.signal();
    return 0;
  }

  /** One descriptor after the other; when one is wrong, those up to it end up without any. */
  // drivers/vfio/pci/vfio_pci_intrs.c: vfio_msi_set_block()
  #setBlock(client: Client, request: IrqRequest): Result {
    const { start, count } = request;
    if (!this.#device.profile.dynamicMsix) {
      if (start >= this.#vectors || start + count > this.#vectors) return -Errno.EINVAL;
    }
    for (let i = 0; i < count; i++) {
      const result = this.#setVector(client, start + i, descriptorOf(request, i));
      if (result === 0) continue;
      for (let vector = start; vector <= start + i; vector++) this.#drop(vector);
      return result;
    }
    return 0;
  }

  // drivers/vfio/pci/vfio_pci_intrs.c: vfio_msi_set_vector_signal()
  #setVector(client: Client, vector: number, fd: number): Result {
    this.#drop(vector);
    if (fd < 0) return 0;
    // Only MSI-X can grow.
    if (this.#irqs.type === PciIrq.MSI && vector >= this.#vectors) return -Errno.EINVAL;
    const eventfd = eventfdOf(client, fd);
    if (typeof eventfd === "number") return eventfd;
    this.#triggers.set(vector, eventfd);
    if (this.#irqs.type === PciIrq.MSIX) this.#device.pci.interrupts.msix?.mask(vector, false);
    return 0;
  }

  #drop(vector: number): void {
    if (!this.#triggers.delete(vector)) return;
    if (this.#irqs.type === PciIrq.MSIX) this.#device.pci.interrupts.msix?.mask(vector, true);
  }

  #loopBack({ start, count, data, bytes }: IrqRequest): void {
    for (let i = 0; i < count; i++) {
      const wanted = data === IrqSetFlags.DATA_NONE || bytes[i] !== 0;
      if (wanted) this.#triggers.get(start + i)?.signal();
    }
  }
}
