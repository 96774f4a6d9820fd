import { bit, ro32, rw32, rw64, wo32 } from "../../../registers/index.js";

/**
 * QEMU's educational device (QEMU, docs/specs/edu): BAR 0, 1 MiB. Registers below 0x80 take 4-byte
 * accesses only, those from 0x80 on 4 and 8 bytes.
 */
export const eduRegisters = {
  /** 0x010000ed: version 1.0 of the device. */
  id: ro32(0x00),
  /** Reads as the inverse of what was written. */
  liveness: rw32(0x04),
  /** Write n, read n! modulo 2^32 once `status.computing` is off. */
  factorial: rw32(0x08),
  status: rw32(0x20, { computing: bit(0), raiseIrq: bit(7) }),
  /** Why the device interrupts. */
  irqStatus: ro32(0x24, { factorial: bit(0), dma: bit(8) }),
  /** Sets bits of `irqStatus` and interrupts. */
  irqRaise: wo32(0x60),
  /** Clears bits of `irqStatus`. */
  irqAcknowledge: wo32(0x64),
  dmaSource: rw64(0x80),
  dmaDestination: rw64(0x88),
  /** Bytes to copy, at most 4096. */
  dmaCount: rw64(0x90),
  dmaCommand: rw64(0x98, { start: bit(0), toMemory: bit(1), interrupt: bit(2) }),
} as const;

/** Where the device's own 4 KiB buffer is, for `dmaSource` and `dmaDestination`. */
export const eduBuffer = { address: 0x40000, size: 4096 } as const;
