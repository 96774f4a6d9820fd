import type { Width } from "../../core/file.js";
import { littleEndian } from "../../pci/bytes.js";
import type { ChipBus, PciChip } from "../../pci/chip.js";
import { Controller } from "./controller.js";
import { Namespace } from "./namespace.js";
import type { NvmeOptions } from "./options.js";
import { nvmeDoorbells, nvmeRegisters } from "./registers.js";
import { canStart } from "./start.js";

const reg = {
  capabilities: nvmeRegisters.capabilities.offset,
  version: nvmeRegisters.version.offset,
  maskSet: nvmeRegisters.interruptMaskSet.offset,
  maskClear: nvmeRegisters.interruptMaskClear.offset,
  configuration: nvmeRegisters.configuration.offset,
  status: nvmeRegisters.status.offset,
  sizes: nvmeRegisters.adminQueueSizes.offset,
  submission: nvmeRegisters.adminSubmissionQueue.offset,
  completion: nvmeRegisters.adminCompletionQueue.offset,
} as const;

/** 2048 entries, contiguous queues, 7.5 s, both command set selections, pages up to 64 KiB. */
const capabilities = { low: 0x0f0107ff, high: 0x00401820 } as const;
const version = 0x00010400;
const registerSpace = 0x1000;

const READY = 1;
const FAILED = 2;
const SHUTDOWN_COMPLETE = 8;
const SHUTDOWN_MASK = 0xc;

/** QEMU's NVMe controller (hw/nvme/ctrl.c): its registers, and what they set going. */
export class NvmeChip implements PciChip {
  readonly #bus: ChipBus;
  readonly #bytes = new Uint8Array(registerSpace);
  readonly #view = new DataView(this.#bytes.buffer);
  readonly #controller: Controller;
  /** A virtual function that nobody has brought online. */
  readonly #offline: boolean;

  constructor(
    bus: ChipBus,
    readonly options: NvmeOptions,
  ) {
    const { serial = "", size, firmware, offline = false } = options;
    this.#bus = bus;
    this.#offline = offline;
    const namespace = size === undefined ? undefined : new Namespace(size);
    this.#controller = new Controller(bus, serial, namespace, () => this.#updateLine());
    this.#set(reg.capabilities, capabilities.low);
    this.#set(reg.capabilities + 4, capabilities.high);
    this.#set(reg.version, version);
    for (const [offset, value] of Object.entries(firmware ?? {})) this.#set(Number(offset), value);
    this.reset();
  }

  read(_bar: number, offset: number, width: Width): number {
    if (offset + width > registerSpace || this.#hides(offset)) return 0;
    return littleEndian(this.#bytes, offset, width);
  }

  write(_bar: number, offset: number, _width: Width, value: number): void {
    if (this.#offline) return;
    if (offset < registerSpace) this.#writeRegister(offset, value);
    else this.#ring(offset - nvmeDoorbells.offset, value);
  }

  read64(bar: number, offset: number): bigint {
    const low = this.read(bar, offset, 4);
    return (BigInt(this.read(bar, offset + 4, 4)) << 32n) | BigInt(low);
  }

  write64(bar: number, offset: number, value: bigint): void {
    this.write(bar, offset, 4, Number(value & 0xffff_ffffn));
    if (offset === reg.submission || offset === reg.completion) {
      this.write(bar, offset + 4, 4, Number(value >> 32n));
    }
  }

  /** Queues go; the addresses of the admin queues stay where they are. */
  reset(): void {
    this.#controller.reset();
    this.#set(reg.maskSet, 0);
    this.#set(reg.maskClear, 0);
    this.#set(reg.configuration, 0);
    this.#set(reg.status, this.#offline ? FAILED : 0);
  }

  #hides(offset: number): boolean {
    return this.#offline && (offset < reg.status || offset >= reg.status + 4);
  }

  #writeRegister(offset: number, value: number): void {
    switch (offset) {
      case reg.maskSet:
        this.#setMask(this.#get(reg.maskSet) | value);
        break;
      case reg.maskClear:
        this.#setMask(this.#get(reg.maskSet) & ~value);
        break;
      case reg.configuration:
        this.#configure(value);
        break;
      case reg.sizes:
      case reg.submission:
      case reg.submission + 4:
      case reg.completion:
      case reg.completion + 4:
        this.#set(offset, value);
        break;
      default:
    }
  }

  /** Both registers read as the mask. */
  #setMask(mask: number): void {
    this.#set(reg.maskSet, mask >>> 0);
    this.#set(reg.maskClear, mask >>> 0);
    this.#updateLine();
  }

  // hw/nvme/ctrl.c: nvme_write_bar(), CC
  #configure(value: number): void {
    const before = this.#get(reg.configuration);
    let status = this.#get(reg.status);
    this.#set(reg.configuration, value);
    const shutdown = (word: number) => (word & 0xc000) !== 0;
    if (shutdown(value) && !shutdown(before)) {
      status = (status & ~SHUTDOWN_MASK) | SHUTDOWN_COMPLETE;
    } else if (!shutdown(value) && shutdown(before)) status &= ~SHUTDOWN_MASK;
    if ((value & ~before & 1) !== 0) status = this.#start(value) ? READY : FAILED;
    else if ((before & ~value & 1) !== 0) {
      this.#controller.reset();
      status &= ~(READY | FAILED);
    }
    this.#set(reg.status, status);
  }

  // hw/nvme/ctrl.c: nvme_start_ctrl()
  #start(configuration: number): boolean {
    const sizes = this.#get(reg.sizes);
    const submission = this.#getWide(reg.submission);
    const completion = this.#getWide(reg.completion);
    if (!canStart({ configuration, sizes, submission, completion })) return false;
    const controller = this.#controller;
    controller.pageSize = 4096 << ((configuration >> 7) & 0xf);
    controller.addCompletionQueue({
      id: 0,
      address: completion,
      size: ((sizes >>> 16) & 0xfff) + 1,
      interrupts: true,
      vector: 0,
    });
    const completions = controller.completions.get(0)!;
    const size = (sizes & 0xfff) + 1;
    controller.addSubmissionQueue({ id: 0, address: submission, size, completions });
    return true;
  }

  #ring(offset: number, value: number): void {
    const id = Math.floor(offset / nvmeDoorbells.stride);
    const which = offset % nvmeDoorbells.stride;
    const index = value & 0xffff;
    if (which === nvmeDoorbells.submission) this.#controller.ringSubmission(id, index);
    if (which === nvmeDoorbells.completion) this.#controller.ringCompletion(id, index);
  }

  // hw/nvme/ctrl.c: nvme_irq_check()
  #updateLine(): void {
    if (this.#bus.msixEnabled) return;
    this.#bus.setIntx((this.#controller.irqStatus & ~this.#get(reg.maskSet)) !== 0);
  }

  #get(offset: number): number {
    return this.#view.getUint32(offset, true);
  }

  #getWide(offset: number): number {
    return this.#get(offset) + this.#get(offset + 4) * 2 ** 32;
  }

  #set(offset: number, value: number): void {
    this.#view.setUint32(offset, value, true);
  }
}
