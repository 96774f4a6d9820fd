import type { ConformanceCase } from "../case.js";
import { openMdev, Register, Uart } from "../fixtures/index.js";
import { per, type Trial } from "../trial/index.js";

const later = {
  versions: ["6.12", "7.2"],
  because: "mtty of 6.1 loses its eventfds here",
} as const;

function open(t: Trial) {
  const { device } = openMdev(t, "T1");
  device.info().is(0);
  return { device, uart: new Uart(device) };
}

/** SET_IRQS of mtty. On 6.1 only the sequences that do not corrupt that kernel. */
export const mttyIrqCases: readonly ConformanceCase[] = [
  {
    name: "mtty irqs: masking INTx",
    vectors: [109],
    needs: ["mtty"],
    run(t) {
      const { device } = open(t);
      const e = t.eventfd("e");
      device.irq("E|T", 0, 0, 1, e).is(0);
      device.irq("N|U", 0, 0, 1).is(0);
      device.irq("N|M", 0, 0, 1).is(0);
      device.irq("B|U", 0, 0, 1, 1).is(0);
      device.irq("E|M", 0, 0, 1, e).is(per(0, "ENOTTY"));
      device.irq("E|U", 0, 0, 1, e).is(per(0, "ENOTTY"));
    },
  },
  {
    name: "mtty irqs: loopback",
    vectors: [110],
    needs: ["mtty"],
    only: later,
    run(t) {
      const { device } = open(t);
      const e = t.eventfd("e");
      device.irq("E|T", 0, 0, 1, e).is(0);
      device.irq("N|T", 0, 0, 1).is(0);
      e.counts(1);
    },
  },
  {
    name: "mtty irqs: nothing configured",
    vectors: [111],
    needs: ["mtty"],
    run(t) {
      const { device } = open(t);
      const e = t.eventfd("e");
      device.irq("N|T", 1, 0, 1).is(per(0, "EINVAL"));
      device.irq("N|U", 1, 0, 1).is(per(0, "ENOTTY"));
      device.irq("E|T", 2, 0, 1, e).is(per(0, "ENOTTY"));
      device.irq("E|T", 3, 0, 1, e).is(per(0, "ENOTTY"));
      device.irq("E|T", 4, 0, 1, e).is(per(0, "ENOTTY"));
    },
  },
  {
    name: "mtty irqs: arguments",
    vectors: [112, 113, 243, 247],
    needs: ["mtty"],
    run(t) {
      const { device } = open(t);
      const e = t.eventfd("e");
      const container = t.open("/dev/vfio/vfio", "no eventfd");
      device.irq("E|T", 5, 0, 1, e).is("EINVAL");
      device.irq("E|T", 0xffffffff, 0, 1, e).is("EINVAL");
      device.irq("E|T", 0, 0, 1, 9999).is("EBADF");
      device.irq("E|T", 0, 0, 1, container).is("EINVAL");
      device.irq("E|T", 0, 0, 6, e, e, e, e, e, e).is("EINVAL");
      device.irq("E|T", 0, 5, 1, e).is("EINVAL");
      device.irq("T", 0, 0, 1).is("EINVAL");
      device.irq("N|B|T", 0, 0, 1).is("EINVAL");
      device.irq("N|E|T", 0, 0, 1, e).is("EINVAL");
      device.irq("N|T|0x40", 0, 0, 1).is("EINVAL");
      device.irq("E|T", 0, 0xffffffff, 1, e).is("EINVAL");
      device.irq("E|T", 0, 0, 0xffffffff, e).is("EINVAL");
      device.irq("E|T", 0, 0, 2, e).is("EINVAL");
      device.irq("B|T", 0, 0, 1).is("EINVAL");
      device.irq("N", 0, 0, 1).is(0);
      device.irq("N|T|M", 0, 0, 1).is(0);
      device.ioctl("DEVICE_SET_IRQS", null).is("EFAULT");
      device.ioctl("DEVICE_SET_IRQS", new Uint8Array(19)).is("EFAULT");
    },
  },
  {
    name: "mtty irqs: INTx, from 6.8 on",
    vectors: [249],
    needs: ["mtty"],
    only: later,
    run(t) {
      const { device, uart } = open(t);
      const e = t.eventfd("e");
      const e2 = t.eventfd("e2");
      device.irq("E|T", 0, 0, 1, -1).is(0);
      device.irq("N|T", 0, 0, 0).is("EINVAL");
      device.irq("E|T", 0, 0, 1, e).is(0);
      device.irq("E|T", 1, 0, 1, e2).is("EINVAL");
      device.irq("N|T", 0, 0, 1).is(0);
      device.irq("N|T", 0, 0, 1).is(0);
      e.counts(1);
      device.irq("N|U", 0, 0, 1).is(0);
      device.irq("B|T", 0, 0, 1, 1).is(0);
      e.counts(1);
      device.irq("B|U", 0, 0, 1, 0).is(0);
      device.irq("N|T", 0, 0, 1).is(0);
      e.counts(0);
      device.irq("E|T", 0, 0, 1, e2).is(0);
      device.irq("N|T", 0, 0, 1).is(0);
      e2.counts(1);
      e.counts(0);
      uart.write(Register.interruptEnable, 2);
      e2.counts(0);
      device.irq("E|T", 0, 0, 1, 9999).is("EBADF");
      device.irq("N|T", 0, 0, 1).is("EINVAL");
      device.irq("N|U", 0, 0, 1).is("EINVAL");
    },
  },
  {
    name: "mtty irqs: MSI, from 6.8 on",
    vectors: [249],
    needs: ["mtty"],
    only: later,
    run(t) {
      const { device } = open(t);
      const e = t.eventfd("e");
      device.irq("E|T", 1, 0, 1, e).is(0);
      device.irq("E|T", 0, 0, 1, e).is("EINVAL");
      device.irq("N|T", 1, 0, 1).is(0);
      device.irq("N|T", 1, 0, 1).is(0);
      e.counts(2);
      device.irq("E|T", 1, 1, 1, e).is("EINVAL");
      device.irq("E|T", 1, 0, 2, e, e).is("EINVAL");
      for (const index of [2, 3, 4]) device.irq("N|T", index, 0, 1).is("ENOTTY");
      device.irq("N|M", 1, 0, 1).is("ENOTTY");
      device.irq("N|T", 1, 0, 0).is(0);
      device.irq("N|T", 1, 0, 1).is("EINVAL");
    },
  },
];
