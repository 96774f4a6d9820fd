import { IrqSetFlags, PciIrq } from "../../../uapi/flags.js";
import type { Client } from "../../core/client.js";
import { type EventFd, eventfdOf } from "../../core/eventfd.js";
import type { Hazards } from "../../core/hazards.js";
import type { Result } from "../../core/result.js";
import { descriptorOf, type IrqRequest } from "../../mdev/irq-set.js";
import type { MttyInterrupts } from "./interrupts.js";

/** An eventfd, and whether the driver has given its reference back without forgetting it. */
interface Target {
  readonly eventfd: EventFd;
  dropped: boolean;
}

/**
 * Interrupts as kernels before 6.8 have them: no masking, an eventfd for INTx and one for MSI of
 * which the one that was set last counts, both of which outlive the file. What would crash or
 * corrupt the real kernel is a hazard.
 */
export class EarlyInterrupts implements MttyInterrupts {
  #current: number | undefined;
  #intx: Target | undefined;
  #msi: Target | undefined;

  constructor(readonly hazards: Hazards) {}

  has(index: number): boolean {
    return index === PciIrq.INTX || index === PciIrq.MSI || index === PciIrq.REQ;
  }

  // samples/vfio-mdev/mtty.c (6.1): mtty_trigger_interrupt()
  raise(): void {
    if (this.#current === undefined) {
      this.hazards.meet("mtty-no-eventfd", "interrupt before an eventfd was ever set");
      return;
    }
    const target = this.#current === PciIrq.MSI ? this.#msi : this.#intx;
    if (target?.dropped) this.hazards.meet("mtty-dropped-eventfd", "interrupt after TRIGGER/NONE");
    target?.eventfd.signal();
  }

  // samples/vfio-mdev/mtty.c (6.1): mtty_set_irqs(). What it does not know is success.
  set(client: Client, request: IrqRequest): Result {
    if (request.action !== IrqSetFlags.ACTION_TRIGGER) return 0;
    if (request.index === PciIrq.INTX) return this.#setIntx(client, request);
    return request.index === PciIrq.MSI ? this.#setMsi(client, request) : 0;
  }

  close(): void {}

  #setIntx(client: Client, request: IrqRequest): Result {
    if (request.data === IrqSetFlags.DATA_NONE) this.#drop(this.#intx);
    const eventfd = this.#eventfd(client, request);
    if (eventfd === undefined || typeof eventfd === "number") return eventfd ?? 0;
    this.#intx = { eventfd, dropped: false };
    this.#current = PciIrq.INTX;
    return 0;
  }

  #setMsi(client: Client, request: IrqRequest): Result {
    if (request.data === IrqSetFlags.DATA_NONE) {
      this.#drop(this.#msi);
      this.#current = PciIrq.INTX;
      return 0;
    }
    const eventfd = this.#msi === undefined ? this.#eventfd(client, request) : undefined;
    if (eventfd === undefined || typeof eventfd === "number") return eventfd ?? 0;
    this.#msi = { eventfd, dropped: false };
    this.#current = PciIrq.MSI;
    return 0;
  }

  /** The eventfd that the request names; undefined when it names none. Descriptor 0 is none. */
  #eventfd(client: Client, request: IrqRequest): EventFd | Result | undefined {
    if (request.data !== IrqSetFlags.DATA_EVENTFD) return undefined;
    if (request.count === 0) {
      this.hazards.meet("mtty-no-data", "TRIGGER/EVENTFD with count 0");
      return undefined;
    }
    const fd = descriptorOf(request, 0);
    return fd > 0 ? eventfdOf(client, fd) : undefined;
  }

  #drop(target: Target | undefined): void {
    if (target?.dropped) this.hazards.meet("mtty-dropped-eventfd", "TRIGGER/NONE twice");
    if (target !== undefined) target.dropped = true;
  }
}
