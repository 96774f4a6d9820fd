import type { ConformanceCase } from "../case.js";
import { openMdev, Register, regionOffset, Uart } from "../fixtures/index.js";
import { per, type Trial } from "../trial/index.js";

const { data, interruptEnable, fifoControl, interruptId } = Register;
const { lineControl, modemControl, lineStatus, modemStatus, scratch } = Register;

/**
 * A port with an eventfd for INTx: mtty of 6.1 follows a null pointer when it has none, so no case
 * causes an interrupt without.
 */
function port(t: Trial) {
  const { device } = openMdev(t, "T1");
  const e = t.eventfd("e");
  device.info().is(0);
  device.irq("E|T", 0, 0, 1, e).is(0);
  return { device, e, uart: new Uart(device) };
}

/** mtty's UART: registers, FIFO, the interrupts that it causes. */
export const mttyUartCases: readonly ConformanceCase[] = [
  {
    name: "uart: a fresh port",
    vectors: [99],
    needs: ["mtty"],
    run(t) {
      const { uart } = port(t);
      for (const [index, value] of [0x00, 0xc1, 0x00, 0x00, 0x60, 0xb3, 0x00].entries()) {
        uart.reads(index + 1, value);
      }
      uart.write(scratch, 0x5a);
      uart.reads(scratch, 0x5a);
      uart.write(interruptEnable, 0xff);
      uart.reads(interruptEnable, 0x0f);
    },
  },
  {
    name: "uart: enabling interrupts on an empty FIFO",
    vectors: [100],
    needs: ["mtty"],
    run(t) {
      const { uart, e } = port(t);
      uart.write(interruptEnable, 0xff);
      e.counts(1);
    },
  },
  {
    name: "uart: data interrupt",
    vectors: [101],
    needs: ["mtty"],
    run(t) {
      const { uart, e } = port(t);
      uart.write(interruptEnable, 1);
      uart.reads(interruptId, 0xc4);
      uart.write(fifoControl, 0xc1);
      uart.reads(interruptId, 0xc1);
      e.counts(0);
      uart.write(data, 0x41);
      e.counts(1);
      uart.reads(interruptId, 0xc4);
      uart.reads(lineStatus, 0x01);
      uart.write(data, 0x42);
      e.counts(0);
      uart.reads(data, 0x41);
      uart.reads(data, 0x42);
      uart.reads(lineStatus, 0x60);
    },
  },
  {
    name: "uart: overrun",
    vectors: [102, 103],
    needs: ["mtty"],
    run(t) {
      const { uart, e } = port(t);
      for (let byte = 0; byte < 16; byte += 1) uart.write(data, byte);
      uart.reads(lineStatus, 0x60);
      uart.write(data, 16);
      uart.reads(lineStatus, 0x62);
      e.counts(0);
      uart.write(interruptEnable, 4);
      uart.reads(interruptId, 0xc6);
      uart.write(data, 17);
      e.counts(1);
      uart.write(interruptEnable, 7);
      e.counts(t.version === "6.1" ? 1 : 0);
      uart.write(fifoControl, 7);
      uart.reads(lineStatus, 0x62);
      uart.write(interruptEnable, 0);
      uart.write(data, 0x55);
      uart.reads(lineStatus, 0x01);
    },
  },
  {
    name: "uart: without FIFO",
    vectors: [104],
    needs: ["mtty"],
    run(t) {
      const { uart } = port(t);
      uart.write(fifoControl, 0);
      uart.write(data, 0x11);
      uart.write(data, 0x22);
      uart.reads(lineStatus, 0x03);
      uart.reads(data, 0x11);
      uart.reads(lineStatus, 0x62);
    },
  },
  {
    name: "uart: divisor latch",
    vectors: [105],
    needs: ["mtty"],
    run(t) {
      const { uart } = port(t);
      uart.write(lineControl, 0x83);
      uart.write(data, 0x0c);
      uart.write(interruptEnable, 0x01);
      uart.reads(data, 0x0c);
      uart.reads(interruptEnable, 0x01);
      uart.reads(lineControl, 0x83);
      uart.write(data, 0x03);
      uart.reads(data, 0x0f);
      uart.write(lineControl, 0x03);
      uart.reads(interruptEnable, 0x00);
      uart.write(lineControl, 0x80);
      uart.reads(data, 0x00);
    },
  },
  {
    name: "uart: modem control",
    vectors: [106],
    needs: ["mtty"],
    run(t) {
      const { uart, e } = port(t);
      uart.write(modemControl, 0x0b);
      uart.reads(modemControl, 0x0b);
      uart.reads(modemStatus, 0xb3);
      uart.reads(interruptId, 0xc1);
      e.counts(0);
      uart.write(interruptEnable, 8);
      uart.write(modemControl, 0x0b);
      e.counts(t.expected(per(2, 1)));
      uart.reads(interruptId, 0xc1);
    },
  },
  {
    name: "uart: automatic flow control",
    vectors: [107],
    needs: ["mtty"],
    run(t) {
      const { uart } = port(t);
      uart.write(modemControl, 0x20);
      uart.reads(modemStatus, 0xb3);
      uart.write(fifoControl, 0);
      uart.write(data, 1);
      uart.reads(modemStatus, 0xa2);
      uart.write(fifoControl, 7);
      uart.reads(modemStatus, 0xb3);
      uart.write(lineStatus, 0xff);
      uart.write(modemStatus, 0xff);
      uart.reads(lineStatus, 0x60);
      uart.reads(modemStatus, 0xb3);
    },
  },
  {
    name: "uart: wide writes and offsets behind the registers",
    vectors: [108],
    needs: ["mtty"],
    run(t) {
      const { device, uart } = port(t);
      uart.write(fifoControl, 7);
      device.pwrite(Uint8Array.of(0x11, 0x22, 0x33, 0x44), regionOffset(0)).is(4);
      uart.reads(data, 0x11);
      uart.reads(lineStatus, 0x60);
      device.pwrite(Uint8Array.of(0x77), regionOffset(0) + 8).is(1);
      device.pwrite(Uint8Array.of(0x66), regionOffset(0) + 0x10007).is(1);
      uart.reads(scratch, 0x66);
    },
  },
  {
    name: "uart: two ports are two",
    vectors: [98, 99],
    needs: ["mtty"],
    run(t) {
      const { device } = openMdev(t, "T2");
      const first = new Uart(device, 0);
      const second = new Uart(device, 1);
      first.write(scratch, 0x11);
      second.write(scratch, 0x22);
      first.write(data, 0x61);
      second.write(data, 0x62);
      first.reads(scratch, 0x11);
      second.reads(scratch, 0x22);
      second.reads(data, 0x62);
      second.reads(lineStatus, 0x60);
      first.reads(data, 0x61);
      device.close();
    },
  },
  {
    name: "uart: state outlives the descriptor",
    vectors: [99],
    needs: ["mtty"],
    run(t) {
      const { group, target, device } = openMdev(t, "T1");
      const uart = new Uart(device);
      uart.write(scratch, 0x5a);
      uart.write(data, 0x41);
      device.close();
      const again = new Uart(group.device(target.name, "second open"));
      again.reads(scratch, 0x5a);
      again.reads(lineStatus, 0x01);
      again.reads(data, 0x41);
    },
  },
];
