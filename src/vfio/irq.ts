import { enableIrqHint } from "../hints/enable-irq.js";
import { explain } from "../hints/explain.js";
import type { Fd } from "../kernel.js";
import type { Device } from "./device.js";
import { EnabledInterrupts } from "./enabled-interrupts.js";
import { type IrqInfo, irqInfo } from "./irq-info.js";
import { integer } from "./numbers.js";
import { BusyError } from "./state-errors.js";

/** One interrupt index of a device: INTx, MSI, MSI-X, error, request; `device.interrupts.msi`. */
export class Irq {
  readonly device: Device;
  readonly index: number;
  /** `INTX`, `MSI`; `irq 1` for one without a name. */
  readonly name: string;
  #enabled: EnabledInterrupts | undefined;

  /** @internal Programs use `device.interrupts`. */
  constructor(device: Device, index: number, name: string) {
    this.device = device;
    this.index = index;
    this.name = name;
  }

  /**
   * VFIO_DEVICE_GET_IRQ_INFO, as it is at this moment.
   *
   * @throws VfioError EINVAL if the device has no such index
   */
  get info(): IrqInfo {
    return irqInfo(this.device.kernel, this.device.fd, this.index);
  }

  /** What `enable` enabled and nobody has disposed. */
  get enabled(): EnabledInterrupts | undefined {
    return this.#enabled;
  }

  /**
   * Has the first `count` vectors delivered to this program, until what is returned is disposed.
   * PCI: one of INTx, MSI and MSI-X at a time.
   *
   * @throws RangeError for more vectors than there are, BusyError when it is enabled already
   * @throws VfioError EINVAL (another kind is enabled), ENODEV, EMFILE; with a hint.
   *   vfio_pci_intrs.c: vfio_pci_set_irqs_ioctl()
   */
  enable(count = 1): EnabledInterrupts {
    const { info, name, device } = this;
    if (this.#enabled !== undefined) {
      throw new BusyError(`${name} of ${device.label} is enabled already: dispose that first`);
    }
    if (info.count === 0) throw new RangeError(`${device.label} has no ${name}`);
    integer(count, "count", { min: 1, max: info.count });
    const closed = () => {
      this.#enabled = undefined;
    };
    this.#enabled = explain(
      () => new EnabledInterrupts(device, { info, name, count, closed }),
      (error) => ({ hint: enableIrqHint(device.interrupts, this, error) }),
    );
    return this.#enabled;
  }

  /**
   * Has the kernel unmask a vector whenever an eventfd is signaled, as the interrupt controller of
   * a virtual machine does (resampling), instead of when the next event is asked for; -1 ends it.
   *
   * @throws VfioError EBUSY where there is such an eventfd, ENOTTY, EBADF, EINVAL
   */
  unmaskBy(eventfd: Fd, vector = 0): void {
    const { index } = this;
    this.device.setIrqs({ index, action: "unmask", start: vector, eventfds: [eventfd] });
    this.#enabled?.unmaskedElsewhere(eventfd >= 0);
  }

  /** Signals vectors as if the device had: for tests of the way to here. */
  trigger(vector = 0): void {
    this.device.setIrqs({ index: this.index, action: "trigger", start: vector, count: 1 });
  }

  /** @throws VfioError ENOTTY for an index that cannot be masked, EINVAL while it is not enabled */
  mask(vector = 0): void {
    this.device.setIrqs({ index: this.index, action: "mask", start: vector, count: 1 });
  }

  /** @throws as `mask` */
  unmask(vector = 0): void {
    this.device.setIrqs({ index: this.index, action: "unmask", start: vector, count: 1 });
  }
}
