/**
 * One serial port of samples/vfio-mdev/mtty.c (struct serial_port): a 16550 whose transmitter is
 * wired to its own receiver. Pure: it knows registers, not VFIO. The state is kept in the bytes
 * that the kernel's struct has, so that a migration stream carries it whole, padding included.
 */

/** Where each part of the state is among the bytes of struct serial_port. */
const at = {
  registers: 0,
  fifo: 8,
  head: 24,
  tail: 25,
  count: 26,
  dlab: 27,
  overrun: 28,
  divisorLow: 30,
  divisorHigh: 31,
  fcr: 32,
  fifoSize: 33,
  triggerLevel: 34,
} as const;

const register = { data: 0, ier: 1, fcr: 2, iir: 2, lcr: 3, mcr: 4, lsr: 5, msr: 6, scratch: 7 };

const ier = { receivedData: 1, empty: 2, lineStatus: 4, modemStatus: 8 } as const;
const mcr = { lines: 3, out2: 8, autoFlow: 0x20 } as const;
const largestFifo = 16;

/** What a port needs of what it is built into. */
export interface UartSurroundings {
  /** An event that the port was told to interrupt for. */
  interrupt(): void;
  /** A byte that the real driver leaves undefined. */
  undefinedByte(where: string): number;
}

/** A port. Offsets are those of the registers; a byte per access. */
export class Uart {
  /** sizeof(struct serial_port): what one port adds to a migration stream. */
  static readonly stateSize = 36;

  readonly #state = new Uint8Array(Uart.stateSize);
  readonly #surroundings: UartSurroundings;

  constructor(surroundings: UartSurroundings) {
    this.#surroundings = surroundings;
    this.#state[at.fifoSize] = largestFifo;
  }

  // samples/vfio-mdev/mtty.c: handle_bar_read()
  read(offset: number): number {
    const state = this.#state;
    switch (offset) {
      case register.data:
        return this.#dlab ? state[at.divisorLow]! : this.#receive();
      case register.ier:
        return this.#dlab ? state[at.divisorHigh]! : state[register.ier]! & 0x0f;
      case register.iir:
        return this.#interruptReasons();
      case register.lsr:
        return (this.#empty ? 0x60 : 0x01) | (state[at.overrun] === 0 ? 0 : 0x02);
      case register.msr:
        return this.#modemStatus();
      case register.lcr:
      case register.mcr:
      case register.scratch:
        return state[offset]!;
      default:
        return this.#surroundings.undefinedByte(`register ${offset}`);
    }
  }

  // samples/vfio-mdev/mtty.c: handle_bar_write()
  write(offset: number, value: number): void {
    const state = this.#state;
    switch (offset) {
      case register.data:
        if (this.#dlab) state[at.divisorLow]! |= value;
        else this.#transmit(value);
        break;
      case register.ier:
        if (this.#dlab) state[at.divisorHigh]! |= value;
        else this.#enableInterrupts(value);
        break;
      case register.fcr:
        this.#controlFifo(value);
        break;
      case register.lcr:
        if ((value & 0x80) !== 0) state[at.divisorLow] = state[at.divisorHigh] = 0;
        state[at.dlab] = value >> 7;
        state[register.lcr] = value;
        break;
      case register.mcr:
        this.#controlModem(value);
        break;
      case register.scratch:
        state[register.scratch] = value;
        break;
      default: // status registers and what is behind the last one take no notice
    }
  }

  /** samples/vfio-mdev/mtty.c: mtty_save_state(). `stateSize` bytes. */
  save(target: Uint8Array, offset: number): void {
    target.set(this.#state, offset);
  }

  /**
   * samples/vfio-mdev/mtty.c: mtty_load_state(). The bytes are taken as they are; what the compiler
   * makes of a flag that is neither 0 nor 1 is its own affair.
   */
  load(source: Uint8Array, offset: number): void {
    this.#state.set(source.subarray(offset, offset + Uart.stateSize));
    const largestFlag = Math.max(this.#state[at.dlab]!, this.#state[at.overrun]!);
    if (largestFlag > 1) this.#surroundings.undefinedByte("loaded flag that is neither 0 nor 1");
  }

  get #dlab(): boolean {
    return this.#state[at.dlab] !== 0;
  }

  /** So a full FIFO of 16 bytes looks empty. */
  get #empty(): boolean {
    return this.#state[at.head] === this.#state[at.tail];
  }

  #enabled(event: number): boolean {
    return (this.#state[register.ier]! & event) !== 0;
  }

  #receive(): number {
    const state = this.#state;
    const value = this.#empty ? this.#surroundings.undefinedByte("empty receiver") : this.#pop();
    if (state[at.head] === state[at.tail] && this.#enabled(ier.empty)) {
      this.#surroundings.interrupt();
    }
    return value;
  }

  #pop(): number {
    const state = this.#state;
    const tail = state[at.tail]!;
    state[at.count]! -= 1;
    state[at.tail] = (tail + 1) % largestFifo;
    if (tail < largestFifo) return state[at.fifo + tail]!;
    return this.#surroundings.undefinedByte("receiver's tail behind its FIFO");
  }

  #transmit(value: number): void {
    const state = this.#state;
    if (state[at.count]! < state[at.fifoSize]!) {
      const head = state[at.head]!;
      if (head < largestFifo) state[at.fifo + head] = value;
      else this.#surroundings.undefinedByte("transmitter's head behind its FIFO");
      state[at.count]! += 1;
      state[at.head] = (head + 1) % largestFifo;
      state[at.overrun] = 0;
      const reached = state[at.count] === state[at.triggerLevel];
      if (reached && this.#enabled(ier.receivedData)) this.#surroundings.interrupt();
    } else {
      state[at.overrun] = 1;
      if (this.#enabled(ier.lineStatus)) this.#surroundings.interrupt();
    }
  }

  #enableInterrupts(value: number): void {
    this.#state[register.ier] = value;
    if ((value & ier.empty) !== 0 && this.#empty) this.#surroundings.interrupt();
  }

  /** The driver looks at the trigger level and then sets it to 1, whatever it was. */
  #controlFifo(value: number): void {
    const state = this.#state;
    state[at.fcr] = value;
    if ((value & 6) !== 0) state[at.count] = state[at.head] = state[at.tail] = 0;
    state[at.triggerLevel] = 1;
    state[at.fifoSize] = (value & 1) !== 0 ? largestFifo : 1;
  }

  #controlModem(value: number): void {
    this.#state[register.mcr] = value;
    if (!this.#enabled(ier.modemStatus)) return;
    if ((value & mcr.out2) !== 0) this.#surroundings.interrupt();
    if ((value & mcr.lines) !== 0) this.#surroundings.interrupt();
  }

  /** All reasons OR-ed; a modem status contributes 0 and so looks like none. */
  #interruptReasons(): number {
    const state = this.#state;
    let reasons = 0;
    if (this.#enabled(ier.lineStatus) && state[at.overrun] !== 0) reasons |= 6;
    const filled = state[at.count]! >= state[at.triggerLevel]!;
    if (this.#enabled(ier.receivedData) && filled) reasons |= 4;
    if (this.#enabled(ier.empty) && this.#empty) reasons |= 2;
    return (reasons === 0 ? 1 : reasons) | 0xc0;
  }

  #modemStatus(): number {
    const state = this.#state;
    const autoFlow = (state[register.mcr]! & mcr.autoFlow) !== 0;
    const room = state[at.count]! < state[at.fifoSize]!;
    return !autoFlow || room ? 0xb3 : 0xa2;
  }
}
