// Goal: the UART of mtty is the sample's, register by register, without VFIO around it.

import { beforeEach, describe, expect, test } from "vitest";
import { Uart } from "../../src/simulator/drivers/mtty/uart.js";

const [DATA, IER, IIR, LCR, MCR, LSR, MSR, SCR] = [0, 1, 2, 3, 4, 5, 6, 7] as const;
const FCR = IIR;

let interrupts: number;
let garbage: string[];
let uart: Uart;

beforeEach(() => {
  interrupts = 0;
  garbage = [];
  uart = new Uart({
    interrupt: () => {
      interrupts += 1;
    },
    undefinedByte: (where) => {
      garbage.push(where);
      return 0xaa;
    },
  });
});

function send(...bytes: number[]): void {
  for (const byte of bytes) uart.write(DATA, byte);
}

function bytes(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n);
}

describe("a fresh port", () => {
  test("reads as the sample's", () => {
    const registers = [IER, IIR, LCR, MCR, LSR, MSR, SCR].map((offset) => uart.read(offset));
    expect(registers).toEqual([0x00, 0xc1, 0x00, 0x00, 0x60, 0xb3, 0x00]);
  });

  test("keeps scratch, shows four bits of IER, ignores writes to its status", () => {
    uart.write(SCR, 0x5a);
    uart.write(IER, 0xff);
    uart.write(LSR, 0xff);
    uart.write(MSR, 0x00);
    uart.write(9, 0xff);
    expect([SCR, IER, LSR, MSR].map((offset) => uart.read(offset))).toEqual([0x5a, 15, 0x60, 0xb3]);
  });

  test("has nothing to receive and nothing behind its registers", () => {
    expect([uart.read(DATA), uart.read(8)]).toEqual([0xaa, 0xaa]);
    expect(garbage).toEqual(["empty receiver", "register 8"]);
  });
});

describe("loop-back", () => {
  test("gives back what was sent, in order", () => {
    send(1, 2, 3);
    expect(uart.read(LSR)).toBe(0x01);
    expect([uart.read(DATA), uart.read(DATA), uart.read(DATA)]).toEqual([1, 2, 3]);
    expect(uart.read(LSR)).toBe(0x60);
  });

  test("a full FIFO looks empty, one byte more overruns it, the next accepted clears that", () => {
    send(...bytes(16));
    expect(uart.read(LSR)).toBe(0x60);
    send(16);
    expect(uart.read(LSR)).toBe(0x62);
    uart.write(IER, 4);
    expect(uart.read(IIR)).toBe(0xc6);
    send(17);
    expect(interrupts).toBe(1);
    uart.write(FCR, 7);
    expect(uart.read(LSR)).toBe(0x62);
    send(1);
    expect(uart.read(LSR)).toBe(0x01);
  });

  test("without FIFO there is room for one", () => {
    uart.write(FCR, 0);
    send(1, 2);
    expect(uart.read(LSR)).toBe(0x03);
    expect(uart.read(DATA)).toBe(1);
    expect(uart.read(LSR)).toBe(0x62);
  });

  test("goes round many times", () => {
    const received: number[] = [];
    for (let n = 0; n < 100; n += 1) {
      send(n);
      received.push(uart.read(DATA));
    }
    expect(received).toEqual(bytes(100));
    expect(garbage).toEqual([]);
  });
});

describe("interrupts", () => {
  test("before FCR was written, data is always ready and never interrupts", () => {
    uart.write(IER, 1);
    expect(uart.read(IIR)).toBe(0xc4);
    send(1);
    expect(interrupts).toBe(0);
  });

  test("after that, the first byte interrupts, whatever trigger level was asked for", () => {
    uart.write(IER, 1);
    uart.write(FCR, 0xc1);
    expect(uart.read(IIR)).toBe(0xc1);
    send(1);
    expect([interrupts, uart.read(IIR), uart.read(LSR)]).toEqual([1, 0xc4, 0x01]);
    send(2);
    expect(interrupts).toBe(1);
  });

  test("an empty transmitter interrupts when that is enabled and when it becomes so", () => {
    uart.write(IER, 2);
    expect(interrupts).toBe(1);
    send(1);
    uart.read(DATA);
    expect(interrupts).toBe(2);
  });

  test("OUT2 and the modem lines interrupt once each, and show as no reason", () => {
    uart.write(MCR, 0x0b);
    expect([interrupts, uart.read(IIR)]).toEqual([0, 0xc1]);
    uart.write(IER, 8);
    uart.write(MCR, 0x0b);
    expect([interrupts, uart.read(IIR)]).toEqual([2, 0xc1]);
  });
});

describe("divisor and flow control", () => {
  test("DLAB clears the divisor, writes OR into it", () => {
    uart.write(LCR, 0x83);
    uart.write(DATA, 0x0c);
    uart.write(IER, 0x01);
    expect([DATA, IER, LCR].map((offset) => uart.read(offset))).toEqual([0x0c, 0x01, 0x83]);
    uart.write(DATA, 0x03);
    expect(uart.read(DATA)).toBe(0x0f);
    uart.write(LCR, 0x03);
    expect(uart.read(IER)).toBe(0);
    uart.write(LCR, 0x80);
    expect(uart.read(DATA)).toBe(0);
  });

  test("automatic flow control takes CTS away while the FIFO is full", () => {
    uart.write(MCR, 0x20);
    expect(uart.read(MSR)).toBe(0xb3);
    uart.write(FCR, 0);
    send(1);
    expect(uart.read(MSR)).toBe(0xa2);
    uart.write(FCR, 7);
    expect(uart.read(MSR)).toBe(0xb3);
  });
});

describe("state", () => {
  test("is saved in the layout of the stream and loaded again", () => {
    uart.write(FCR, 0xc1);
    send(0x41, 0x42);
    uart.write(LCR, 0x83);
    uart.write(IER, 0x01);
    uart.write(SCR, 0x5a);
    const saved = new Uint8Array(Uart.stateSize);
    uart.save(saved, 0);
    expect([saved[3], saved[7], saved[8], saved[9]]).toEqual([0x83, 0x5a, 0x41, 0x42]);
    expect([...saved.subarray(24, 36)]).toEqual([2, 0, 2, 1, 0, 0, 0, 1, 0xc1, 16, 1, 0]);
    const other = new Uart({ interrupt: () => {}, undefinedByte: () => 0 });
    other.load(saved, 0);
    other.write(LCR, 0x03);
    expect([other.read(DATA), other.read(DATA), other.read(SCR)]).toEqual([0x41, 0x42, 0x5a]);
  });

  test("that no port can have meets the hazard, not somebody else's memory", () => {
    const hostile = new Uint8Array(Uart.stateSize).fill(0xff);
    hostile[25] = 0x7f; // tail
    hostile[27] = 0; // no DLAB
    hostile[28] = 1; // overrun
    uart.load(hostile, 0);
    uart.read(DATA);
    send(1);
    expect(garbage).toEqual([
      "receiver's tail behind its FIFO",
      "transmitter's head behind its FIFO",
    ]);
  });
});
