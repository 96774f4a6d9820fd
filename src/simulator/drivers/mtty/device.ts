import { Errno } from "../../../errno.js";
import { IrqInfoFlags, PciIrq, PciRegion, RegionFlags } from "../../../uapi/flags.js";
import { Vfio } from "../../../uapi/requests.js";
import type { UserArgument } from "../../core/argument.js";
import type { Client } from "../../core/client.js";
import type { VfioDeviceOps } from "../../core/device-ops.js";
import type { DmaLoggingOps } from "../../core/dma-logging.js";
import type { Width } from "../../core/file.js";
import type { Result } from "../../core/result.js";
import type { SimulatedMachine } from "../../machine.js";
import { type ChunkedAccess, readInChunks, writeInChunks } from "../../mdev/chunked-access.js";
import { configSize } from "../../mdev/config-bytes.js";
import {
  answerInfo,
  answerIrqInfo,
  answerRegionInfo,
  type IrqAnswer,
  type RegionAnswer,
} from "../../mdev/device-requests.js";
import { readIrqRequest } from "../../mdev/irq-set.js";
import type { KernelModule } from "../../mdev/module.js";
import { MttyConfigSpace } from "./config-space.js";
import { EarlyInterrupts } from "./early-interrupts.js";
import { CurrentInterrupts, type MttyInterrupts } from "./interrupts.js";
import { MttyMigration } from "./migration.js";
import { Uart } from "./uart.js";

const regions = 9;
const irqs = 5;

/** A region's file position is its index times this. */
const regionStride = 2 ** 40;
const uartSize = 8;

/** An mtty never writes by DMA: there is nothing to log. */
const nothingToLog: DmaLoggingOps = {
  start: (_ranges, pageSize) => pageSize,
  stop: () => 0,
  readAndClear: () => 0,
};

/** What an mtty is made of. */
export interface MttyOptions {
  readonly machine: SimulatedMachine;
  /** 1 or 2. */
  readonly ports: number;
  readonly module: KernelModule | undefined;
}

/** samples/vfio-mdev/mtty.c behind VFIO: one or two serial ports on a PCI-like device. */
export class MttyDevice implements VfioDeviceOps, ChunkedAccess {
  readonly name = "vfio-mtty";
  readonly interrupts: MttyInterrupts;
  /** Both are there, whatever the type says. */
  readonly uarts: readonly [Uart, Uart];
  /** Undefined on kernels before 6.8. */
  readonly migration: MttyMigration | undefined;
  readonly dmaLogging: DmaLoggingOps | undefined;
  readonly #machine: SimulatedMachine;
  readonly #config: MttyConfigSpace;
  readonly #ports: number;
  /** GET_INFO has been asked: the driver knows its own number of interrupts only since then. */
  #irqs = 0;

  constructor({ machine, ports, module }: MttyOptions) {
    const { hazards, profile } = machine;
    const undefinedByte = (where: string) => this.#undefinedByte(where);
    const interrupt = () => this.interrupts.raise();
    const uart = () => new Uart({ interrupt, undefinedByte });
    this.#machine = machine;
    this.#ports = ports;
    this.uarts = [uart(), uart()];
    this.#config = new MttyConfigSpace(ports, undefinedByte);
    const later = profile.mttyMigration;
    const uarts = this.uarts.slice(0, ports);
    this.interrupts = later ? new CurrentInterrupts() : new EarlyInterrupts(hazards);
    this.migration = later ? new MttyMigration({ uarts, hazards, module }) : undefined;
    this.dmaLogging = later ? nothingToLog : undefined;
  }

  // samples/vfio-mdev/mtty.c: mtty_close()
  closeDevice(): void {
    this.migration?.disableStreams();
    this.interrupts.close();
  }

  read(_client: Client, target: Uint8Array, position: number): Result {
    return readInChunks(this, target, position);
  }

  write(_client: Client, source: Uint8Array, position: number): Result {
    return writeInChunks(this, source, position);
  }

  // samples/vfio-mdev/mtty.c: mdev_access()
  readChunk(position: number, width: Width, target: Uint8Array, at: number): boolean {
    const index = Math.floor(position / regionStride);
    const offset = position - index * regionStride;
    if (index === PciRegion.CONFIG) {
      this.#config.read(offset, width, target, at);
      return true;
    }
    if (index > PciRegion.BAR5) return false;
    target[at] = this.#readBar(index, offset & 0xffff);
    for (let extra = 1; extra < width; extra += 1) {
      target[at + extra] = this.#undefinedByte("upper bytes of a wide BAR read");
    }
    return true;
  }

  // samples/vfio-mdev/mtty.c: mdev_access()
  writeChunk(position: number, width: Width, source: Uint8Array, at: number): boolean {
    const index = Math.floor(position / regionStride);
    const offset = (position - index * regionStride) & 0xffff;
    if (index === PciRegion.CONFIG) {
      this.#config.write(offset, width, source, at);
      return true;
    }
    if (index > PciRegion.BAR5) return false;
    const uart = this.uarts[index];
    if (uart === undefined) this.#undefinedByte(`BAR ${index}`);
    else uart.write(offset, source[at]!);
    return true;
  }

  // samples/vfio-mdev/mtty.c: mtty_ioctl()
  ioctl(client: Client, request: number, argument: UserArgument): Result {
    switch (request) {
      case Vfio.DEVICE_GET_INFO:
        return this.#getInfo(argument);
      case Vfio.DEVICE_GET_REGION_INFO:
        return answerRegionInfo(argument, (index) => this.#region(index));
      case Vfio.DEVICE_GET_IRQ_INFO:
        return answerIrqInfo(argument, {
          irqs: this.#irqs,
          irqOf: (index) => this.#irq(index),
        });
      case Vfio.DEVICE_SET_IRQS:
        return this.#setIrqs(client, argument);
      case Vfio.DEVICE_RESET:
        this.migration?.reset();
        return 0;
      default:
        return -Errno.ENOTTY;
    }
  }

  #readBar(index: number, offset: number): number {
    const uart = this.uarts[index];
    return uart === undefined ? this.#undefinedByte(`BAR ${index}`) : uart.read(offset);
  }

  #getInfo(argument: UserArgument): Result {
    const result = answerInfo(argument, { regions, irqs });
    if (result >= 0) this.#irqs = irqs;
    return result;
  }

  // samples/vfio-mdev/mtty.c: mtty_get_region_info()
  #region(index: number): RegionAnswer | undefined {
    if (index >= regions) return undefined;
    const flags = RegionFlags.READ | RegionFlags.WRITE;
    return { flags, size: this.#regionSize(index), offset: index * regionStride };
  }

  #regionSize(index: number): number {
    if (index === PciRegion.CONFIG) return configSize;
    return index < this.#ports ? uartSize : 0;
  }

  // samples/vfio-mdev/mtty.c: mtty_get_irq_info()
  #irq(index: number): IrqAnswer | undefined {
    if (!this.interrupts.has(index)) return undefined;
    const { EVENTFD, MASKABLE, AUTOMASKED, NORESIZE } = IrqInfoFlags;
    const kind = index === PciIrq.INTX ? MASKABLE | AUTOMASKED : NORESIZE;
    return { flags: EVENTFD | kind, count: 1 };
  }

  #setIrqs(client: Client, argument: UserArgument): Result {
    const request = readIrqRequest(argument, { types: irqs, irqsOf: () => this.#irqs });
    return typeof request === "number" ? request : this.interrupts.set(client, request);
  }

  #undefinedByte(where: string): number {
    return this.#machine.hazards.meet("mtty-uninitialised", where);
  }
}
