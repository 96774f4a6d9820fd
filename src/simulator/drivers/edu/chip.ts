import type { Timer } from "../../clock.js";
import type { Width } from "../../core/file.js";
import type { ChipBus, PciChip } from "../../pci/chip.js";
import { eduBuffer, eduRegisters } from "./registers.js";

/** A transfer takes so long, in milliseconds of the machine's clock. */
const transferTime = 100;
/** Factors that the device multiplies in a millisecond. */
const factorsPerMillisecond = 1e6;

const identification = 0x010000ed;
const computing = 0x01;
const raiseIrq = 0x80;
const factorialIrq = 0x001;
const dmaIrq = 0x100;
const commandStart = 1;
const commandToMemory = 2;
const commandInterrupt = 4;

/** A register's two halves; 4-byte accesses see the lower one. */
class WideRegister {
  low = 0;
  high = 0;

  get value(): number {
    return this.high * 2 ** 32 + this.low;
  }

  set(low: number, high: number): void {
    this.low = low;
    this.high = high;
  }
}

/** One 4-byte register as a bus cycle finds it. */
interface Cell {
  read(): number;
  write(value: number): void;
  /** The register itself, where it takes 8 bytes too. */
  readonly wide: WideRegister | undefined;
}

/** Options of the device, as QEMU has them. */
export interface EduOptions {
  /** Address bits that the DMA engine drives; 28 unless told. */
  readonly dmaMask?: number;
}

/** QEMU's edu device (hw/misc/edu.c): factorials, and a DMA engine with a 4 KiB buffer. */
export class EduChip implements PciChip {
  readonly #bus: ChipBus;
  readonly #dmaMask: number;
  readonly #buffer = new Uint8Array(eduBuffer.size);
  readonly #cells: readonly (Cell | undefined)[];
  readonly #source = new WideRegister();
  readonly #destination = new WideRegister();
  readonly #count = new WideRegister();
  readonly #command = new WideRegister();
  #liveness = 0;
  #factorial = 0;
  #status = 0;
  #irqStatus = 0;
  #transfer: Timer | undefined;

  constructor(bus: ChipBus, { dmaMask = 2 ** 28 - 1 }: EduOptions = {}) {
    this.#bus = bus;
    this.#dmaMask = dmaMask;
    this.#cells = this.#layOut();
  }

  /** Where nothing is, and below 8 bytes' reach, the bus reads ones; narrow cycles read zero. */
  read(_bar: number, offset: number, width: Width): number {
    if (width !== 4) return 0;
    const cell = this.#cells[offset >> 2];
    return cell === undefined || (offset & 3) !== 0 ? 0xffff_ffff : cell.read();
  }

  write(_bar: number, offset: number, width: Width, value: number): void {
    if (width === 4 && (offset & 3) === 0) this.#cells[offset >> 2]?.write(value);
  }

  read64(_bar: number, offset: number): bigint {
    const register = (offset & 7) === 0 ? this.#cells[offset >> 2]?.wide : undefined;
    if (register === undefined) return 0xffff_ffff_ffff_ffffn;
    this.#catchUp();
    return (BigInt(register.high) << 32n) | BigInt(register.low);
  }

  write64(_bar: number, offset: number, value: bigint): void {
    const register = (offset & 7) === 0 ? this.#cells[offset >> 2]?.wide : undefined;
    const low = Number(value & 0xffff_ffffn);
    if (register !== undefined) this.#writeWide(register, low, Number(value >> 32n));
  }

  /** Every register of the map gets what stands behind it. */
  #layOut(): (Cell | undefined)[] {
    const cells: (Cell | undefined)[] = [];
    const ones = () => 0xffff_ffff;
    const ignore = () => {};
    const behind: Record<keyof typeof eduRegisters, Cell> = {
      id: cell(() => identification, ignore),
      liveness: cell(
        () => this.#liveness,
        (value) => {
          this.#liveness = ~value >>> 0;
        },
      ),
      factorial: cell(
        () => this.#readFactorial(),
        (value) => this.#compute(value),
      ),
      status: cell(
        () => this.#readStatus(),
        (value) => {
          this.#status = (this.#status & ~raiseIrq) | (value & raiseIrq);
        },
      ),
      irqStatus: cell(() => this.#readIrqStatus(), ignore),
      irqRaise: cell(ones, (value) => this.#raise(value)),
      irqAcknowledge: cell(ones, (value) => this.#lower(value)),
      dmaSource: this.#wideCell(this.#source),
      dmaDestination: this.#wideCell(this.#destination),
      dmaCount: this.#wideCell(this.#count),
      dmaCommand: this.#wideCell(this.#command),
    };
    for (const [name, { offset }] of Object.entries(eduRegisters)) {
      cells[offset >> 2] = behind[name as keyof typeof eduRegisters];
    }
    return cells;
  }

  #wideCell(register: WideRegister): Cell {
    return {
      wide: register,
      read: () => {
        this.#catchUp();
        return register.low;
      },
      write: (value) => this.#writeWide(register, value, 0),
    };
  }

  #readFactorial(): number {
    this.#catchUp();
    return this.#factorial;
  }

  #readStatus(): number {
    this.#catchUp();
    return this.#status;
  }

  #readIrqStatus(): number {
    this.#catchUp();
    return this.#irqStatus;
  }

  /** In real time the clock's timers run when somebody looks. */
  #catchUp(): void {
    if (this.#transfer !== undefined || (this.#status & computing) !== 0) {
      this.#bus.clock.milliseconds();
    }
  }

  /** Below a millisecond nobody could see the device compute. */
  #compute(operand: number): void {
    if ((this.#status & computing) !== 0) return;
    this.#factorial = operand;
    const time = Math.floor(operand / factorsPerMillisecond);
    if (time === 0) this.#computed(operand);
    else {
      this.#status |= computing;
      this.#bus.clock.after(time, () => this.#computed(operand));
    }
  }

  #computed(operand: number): void {
    this.#factorial = factorial(operand);
    this.#status &= ~computing;
    if ((this.#status & raiseIrq) !== 0) this.#raise(factorialIrq);
  }

  /** While a transfer runs the engine's registers do not listen. */
  #writeWide(register: WideRegister, low: number, high: number): void {
    this.#catchUp();
    const starts = (low & commandStart) !== 0;
    if (register === this.#command && !starts) return;
    if (this.#transfer !== undefined) return;
    register.set(low, high);
    if (register !== this.#command) return;
    this.#transfer = this.#bus.clock.after(transferTime, () => this.#copy());
  }

  #copy(): void {
    const command = this.#command.low;
    const toMemory = (command & commandToMemory) !== 0;
    const source = this.#source.value;
    const destination = this.#destination.value;
    const part = this.#part(toMemory ? source : destination, this.#count.value);
    if (part !== undefined) {
      if (toMemory) this.#bus.dmaWrite(this.#clamp(destination), part);
      else this.#bus.dmaRead(this.#clamp(source), part);
    }
    this.#transfer = undefined;
    this.#command.set((command & ~commandStart) >>> 0, this.#command.high);
    if ((command & commandInterrupt) !== 0) this.#raise(dmaIrq);
  }

  /** The part of the buffer that a transfer is for. Missing it makes QEMU give up altogether. */
  #part(address: number, count: number): Uint8Array | undefined {
    const start = address - eduBuffer.address;
    if (start >= 0 && count <= eduBuffer.size && start + count <= eduBuffer.size) {
      return this.#buffer.subarray(start, start + count);
    }
    this.#bus.hazards.meet("edu-dma-outside", "edu: a transfer outside the device's buffer");
    return undefined;
  }

  #clamp(address: number): number {
    if (address <= this.#dmaMask) return address;
    return Number(BigInt(address) & BigInt(this.#dmaMask));
  }

  #raise(bits: number): void {
    this.#irqStatus = (this.#irqStatus | bits) >>> 0;
    if (this.#irqStatus === 0) return;
    if (this.#bus.msiEnabled) this.#bus.sendMsi(0);
    else this.#bus.setIntx(true);
  }

  #lower(bits: number): void {
    this.#irqStatus = (this.#irqStatus & ~bits) >>> 0;
    if (this.#irqStatus === 0 && !this.#bus.msiEnabled) this.#bus.setIntx(false);
  }
}

function cell(read: () => number, write: (value: number) => void): Cell {
  return { read, write, wide: undefined };
}

/** n! modulo 2^32, which is 0 from 34 on. */
function factorial(operand: number): number {
  if (operand > 33) return 0;
  let product = 1;
  for (let factor = operand; factor > 1; factor--) product = Math.imul(product, factor) >>> 0;
  return product >>> 0;
}
