import { Errno } from "../../../errno.js";
import { IrqSetFlags, PciIrq } from "../../../uapi/flags.js";
import type { Client } from "../../core/client.js";
import { type EventFd, eventfdOf } from "../../core/eventfd.js";
import type { Result } from "../../core/result.js";
import { descriptorOf, type IrqRequest } from "../../mdev/irq-set.js";

/** How an mtty interrupts. Kernels before 6.8 do it otherwise than later ones. */
export interface MttyInterrupts {
  /** GET_IRQ_INFO: whether there is such an index. */
  has(index: number): boolean;
  /** The UART has an event. */
  raise(): void;
  /** SET_IRQS, after the checks that all drivers share. */
  set(client: Client, request: IrqRequest): Result;
  /** The device is closed. */
  close(): void;
}

/** One kind of interrupt at a time, each with one eventfd; INTx with a mask in software. */
export class CurrentInterrupts implements MttyInterrupts {
  /** The index in use, and whom it tells; undefined while none is. */
  #current: { readonly index: number; readonly eventfd: EventFd } | undefined;
  #masked = false;

  has(index: number): boolean {
    return index === PciIrq.INTX || index === PciIrq.MSI;
  }

  // samples/vfio-mdev/mtty.c: mtty_trigger_interrupt()
  raise(): void {
    if (this.#current === undefined) return;
    const { index, eventfd } = this.#current;
    if (index === PciIrq.INTX && this.#masked) return;
    eventfd.signal();
    this.#masked = index === PciIrq.INTX;
  }

  // samples/vfio-mdev/mtty.c: mtty_set_irqs()
  set(client: Client, request: IrqRequest): Result {
    if (!this.has(request.index)) return -Errno.ENOTTY;
    switch (request.action) {
      case IrqSetFlags.ACTION_MASK:
        return this.#setMask(request, true);
      case IrqSetFlags.ACTION_UNMASK:
        return this.#setMask(request, false);
      case IrqSetFlags.ACTION_TRIGGER:
        return this.#setTrigger(client, request);
      default: // several actions or none match no case
        return 0;
    }
  }

  // samples/vfio-mdev/mtty.c: mtty_disable_intx(), mtty_disable_msi()
  close(): void {
    this.#current = undefined;
    this.#masked = false;
  }

  #setMask({ data, index, start, count, bytes }: IrqRequest, masked: boolean): Result {
    if (index === PciIrq.MSI) return -Errno.ENOTTY;
    if (this.#current?.index !== index || start !== 0 || count !== 1) return -Errno.EINVAL;
    if (data === IrqSetFlags.DATA_EVENTFD) return -Errno.ENOTTY;
    if (data === IrqSetFlags.DATA_NONE || bytes[0] !== 0) this.#masked = masked;
    return 0;
  }

  #setTrigger(client: Client, request: IrqRequest): Result {
    const { data, index, start, count, bytes } = request;
    const on = this.#current?.index === index;
    if (on && count === 0 && data === IrqSetFlags.DATA_NONE) {
      this.close();
      return 0;
    }
    const other = this.#current !== undefined && !on;
    if (other || start !== 0 || count !== 1) return -Errno.EINVAL;
    if (data === IrqSetFlags.DATA_EVENTFD) return this.#setEventfd(client, request);
    if (!on) return -Errno.EINVAL;
    if (data === IrqSetFlags.DATA_NONE || bytes[0] !== 0) this.raise();
    return 0;
  }

  /** The old eventfd goes first, whatever becomes of the new one. */
  #setEventfd(client: Client, request: IrqRequest): Result {
    this.close();
    const fd = descriptorOf(request, 0);
    if (fd < 0) return 0;
    const eventfd = eventfdOf(client, fd);
    if (typeof eventfd === "number") return eventfd;
    this.#current = { index: request.index, eventfd };
    return 0;
  }
}
