import { PciCap, PciCommand, PciConfig, PciMsi } from "../../uapi/pci-regs.js";
import type { PciDevice } from "./device.js";
import { messageAddress } from "./interrupt-remapping.js";
import { MsixTable } from "./msix-table.js";

/** What a driver has asked to be called for: request_irq(). */
export interface InterruptHandlers {
  /** The level-triggered line is up and DisINTx is clear; the handler must mask or acknowledge. */
  line?: (() => void) | undefined;
  /** A message has arrived. */
  message?: ((vector: number) => void) | undefined;
}

/** A function's ways to interrupt: the pin, and messages. */
export class PciInterrupts {
  /** Who is called; set by the driver that is bound. */
  handlers: InterruptHandlers = {};
  readonly msi: MsiControl | undefined;
  readonly msix: MsixTable | undefined;
  readonly #device: PciDevice;
  #asserted = false;

  constructor(device: PciDevice) {
    this.#device = device;
    const msi = device.findCapability(PciCap.MSI);
    const msix = device.findCapability(PciCap.MSIX);
    if (msi !== 0) this.msi = new MsiControl(device, msi);
    if (msix !== 0) this.msix = new MsixTable(device, msix);
  }

  /** The line as the device drives it, whatever DisINTx says: STATUS.INTERRUPT. */
  get asserted(): boolean {
    return this.#asserted;
  }

  setLine(asserted: boolean): void {
    if (asserted === this.#asserted) return;
    this.#asserted = asserted;
    this.#device.showLine(asserted);
    this.evaluate();
  }

  /** A level-triggered line calls as long as it is up and let through. */
  evaluate(): void {
    if (!this.#asserted || !this.#device.config.present) return;
    const command = this.#device.config.read16(PciConfig.COMMAND);
    if ((command & PciCommand.INTX_DISABLE) === 0) this.handlers.line?.();
  }

  // drivers/pci/pci.c: pci_intx()
  allowLine(on: boolean): void {
    const bit = PciCommand.INTX_DISABLE;
    const masked = (this.#device.config.read16(PciConfig.COMMAND) & bit) !== 0;
    if (masked === on) this.#device.command(on ? 0 : bit, on ? bit : 0);
  }

  sendMsi(vector: number): void {
    if (this.msi?.enabled === true && this.#mayWrite()) this.handlers.message?.(vector);
  }

  sendMsix(vector: number): void {
    if (this.msix?.fires(vector) === true && this.#mayWrite()) this.handlers.message?.(vector);
  }

  configWritten(offset: number, width: number): void {
    this.msix?.configWritten(offset, width);
    // QEMU, hw/pci/msi.c: msi_write_config(): a device that sends messages lets go of its line.
    if (this.msi?.covers(offset, width) && this.msi.enabled) this.setLine(false);
  }

  /** A message is a write on the bus. */
  #mayWrite(): boolean {
    const { config, power } = this.#device;
    if (!config.present) return false;
    return (config.read16(PciConfig.COMMAND) & PciCommand.MASTER) !== 0 && !power.asleep;
  }
}

/** Bytes of an MSI capability with a 32-bit address, and with one of 64 bits. */
const SIZE_32 = 10;
const SIZE_64 = 14;

/** The MSI capability of a function, as its registers stand. */
export class MsiControl {
  readonly #device: PciDevice;
  /** First entry of the interrupt remapping table. */
  #handle: number | undefined;

  constructor(
    device: PciDevice,
    readonly offset: number,
  ) {
    this.#device = device;
  }

  get flags(): number {
    return this.#device.config.read16(this.offset + PciMsi.FLAGS);
  }

  get enabled(): boolean {
    return (this.flags & PciMsi.FLAGS_ENABLE) !== 0;
  }

  /** Whether a write to configuration space touches the capability. */
  covers(offset: number, width: number): boolean {
    const size = (this.flags & PciMsi.FLAGS_64BIT) !== 0 ? SIZE_64 : SIZE_32;
    return offset < this.offset + size && offset + width > this.offset;
  }

  /** Vectors that the device asks for. */
  get capable(): number {
    return 1 << ((this.flags & PciMsi.FLAGS_QMASK) >> 1);
  }

  /** pci_alloc_irq_vectors(): so many vectors, a power of two. */
  enable(vectors: number): void {
    const size = Math.ceil(Math.log2(vectors));
    const flags = this.flags & ~PciMsi.FLAGS_QSIZE;
    this.#handle = this.#device.remapping.allocate(2 ** size);
    this.#writeMessage(messageAddress(this.#handle));
    this.writeFlags(flags | (size << 4) | PciMsi.FLAGS_ENABLE);
  }

  disable(): void {
    this.writeFlags(this.flags & ~(PciMsi.FLAGS_ENABLE | PciMsi.FLAGS_QSIZE));
    if (this.#handle !== undefined) this.#device.remapping.free(this.#handle);
    this.#handle = undefined;
    this.#writeMessage(0);
  }

  #writeMessage(address: number): void {
    const { config } = this.#device;
    const wide = (this.flags & PciMsi.FLAGS_64BIT) !== 0;
    config.write(this.offset + PciMsi.ADDRESS_LO, 4, address);
    if (wide) config.write(this.offset + PciMsi.ADDRESS_HI, 4, 0);
    config.write(this.offset + (wide ? PciMsi.DATA_64 : PciMsi.DATA_32), 2, 0);
  }

  writeFlags(flags: number): void {
    this.#device.config.write(this.offset + PciMsi.FLAGS, 2, flags);
  }
}
