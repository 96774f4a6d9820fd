import { bit, bits, ro8, rw8, wo8 } from "../../../registers/index.js";

/**
 * The UART of each port (BAR 0, and BAR 1 of two ports), 8 bytes, one byte per access: a 16550 in
 * loop-back, as samples/vfio-mdev/mtty.c has it. With `lcr.dlab` on, `data` and `ier` are the low
 * and the high byte of the divisor.
 */
export const mttyRegisters = {
  /** Write: the byte to send, which comes straight back. Read: the oldest byte received. */
  data: rw8(0),
  /** Which events interrupt: data received, nothing left to read, overrun, modem lines. */
  ier: rw8(1, { receivedData: bit(0), empty: bit(1), lineStatus: bit(2), modemStatus: bit(3) }),
  /** Why it interrupts: all reasons at once, 1 for none. Always with both FIFO bits. */
  iir: ro8(2, { id: bits(0, 3), fifo: bits(6, 7) }),
  /** Reads as `iir`. */
  fcr: wo8(2, { enable: bit(0), clearReceive: bit(1), clearTransmit: bit(2), trigger: bits(6, 7) }),
  lcr: rw8(3, { dlab: bit(7) }),
  mcr: rw8(4, { dtr: bit(0), rts: bit(1), out2: bit(3), autoFlow: bit(5) }),
  lsr: ro8(5, { dataReady: bit(0), overrun: bit(1), transmitEmpty: bits(5, 6) }),
  msr: ro8(6, { deltaCts: bit(0), deltaDsr: bit(1), cts: bit(4), dsr: bit(5), dcd: bit(7) }),
  scratch: rw8(7),
} as const;
