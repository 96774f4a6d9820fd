import type { ConformanceCase } from "../case.js";
import { Config, Edu, openPci } from "../fixtures/index.js";
import { per } from "../trial/index.js";

/** MSI, and the interrupts that the kernel itself sends. */
export const pciMsiCases: readonly ConformanceCase[] = [
  {
    name: "msi: off",
    vectors: [167],
    needs: ["edu"],
    run(t) {
      const { device } = openPci(t);
      const e = t.eventfd("e");
      device.irq("N|T", 1, 0, 0).is("EINVAL");
      device.irq("N|T", 1, 0, 1).is("EINVAL");
      device.irq("E|T", 1, 0, 0).is("ERANGE");
      device.irq("E|T", 1, 0, 2, e, e).is("EINVAL");
      device.irq("N|M", 1, 0, 1).is("ENOTTY");
      device.irq("N|U", 1, 0, 1).is("ENOTTY");
      device.irq("E|T", 1, 0, 1, 9999).is("EBADF");
      device.irq("N|T", 1, 0, 0).is("EINVAL");
    },
  },
  {
    name: "msi: without a target, loopback, messages",
    vectors: [168],
    needs: ["edu"],
    async run(t) {
      const { device } = openPci(t);
      const edu = new Edu(device);
      const e = t.eventfd("e");
      const e2 = t.eventfd("e2");
      edu.acknowledge();
      device.irq("E|T", 1, 0, 1, -1).is(0);
      device.irq("E|T", 0, 0, 1, e).is("EINVAL");
      device.irq("N|T", 1, 0, 1).is(0);
      device.irq("E|T", 1, 0, 1, e2).is(0);
      e2.counts(0);
      device.irq("N|T", 1, 0, 1).is(0);
      e2.counts(1);
      device.irq("B|T", 1, 0, 1, 1).is(0);
      e2.counts(1);
      device.irq("B|T", 1, 0, 1, 0).is(0);
      e2.counts(0);
      edu.raise();
      await e2.arrives(0);
      new Config(device).busMaster(true);
      edu.raise();
      await e2.arrives(1);
      edu.raise();
      await e2.arrives(1);
      edu.acknowledge();
      device.irq("N|T", 1, 0, 0).is(0);
    },
  },
  {
    name: "msi: on",
    vectors: [169],
    needs: ["edu"],
    async run(t) {
      const { device } = openPci(t);
      const edu = new Edu(device);
      const config = new Config(device);
      const e = t.eventfd("e");
      edu.acknowledge();
      device.irq("E|T", 1, 0, 1, e).is(0);
      config.busMaster(true);
      config.reads(0x42, "8000");
      config.write(0x42, "8100");
      config.reads(0x42, "8100");
      edu.raise();
      await e.arrives(1);
      device.irq("E|T", 1, 0, 0).is(0);
      device.irq("E|T", 1, 1, 0).is("EINVAL");
      device.irq("B|T", 1, 0, 0).is(0);
      device.irq("N|T", 0, 0, 0).is("EINVAL");
      device.irq("N|T", 2, 0, 0).is("EINVAL");
      config.write(0x42, "0000");
      config.reads(0x42, "0000");
      edu.raise();
      await e.arrives(0);
      edu.acknowledge();
      device.irq("N|T", 1, 0, 0).is(0);
      config.reads(0x42, "0000");
    },
  },
  {
    name: "msi: a bad target drops the old one",
    vectors: [170],
    needs: ["edu"],
    run(t) {
      const { device } = openPci(t);
      const e = t.eventfd("e");
      device.irq("E|T", 1, 0, 1, e).is(0);
      device.irq("E|T", 1, 0, 1, 9999).is("EBADF");
      device.irq("N|T", 1, 0, 1).is(0);
      e.counts(0);
      device.irq("N|T", 1, 0, 0).is(0);
    },
  },
  {
    name: "err: not on a device without PCI Express",
    vectors: [171],
    needs: ["edu"],
    run(t) {
      const { device } = openPci(t);
      const e = t.eventfd("e");
      device.irq("E|T", 3, 0, 1, e).is("EINVAL");
      device.irq("N|T", 3, 0, 0).is("EINVAL");
      device.irq("N|T", 3, 0, 1).is("EINVAL");
      device.irq("B|T", 3, 0, 1, 1).is("EINVAL");
    },
  },
  {
    name: "req: somebody wants the device back",
    vectors: [172],
    needs: ["edu"],
    run(t) {
      const { device } = openPci(t);
      const e = t.eventfd("e");
      device.irq("N|T", 4, 0, 1).is("EINVAL");
      device.irq("E|T", 4, 0, 1, e).is(0);
      device.irq("N|T", 4, 0, 1).is(0);
      e.counts(1);
      device.irq("B|T", 4, 0, 1, 1).is(0);
      e.counts(1);
      device.irq("B|T", 4, 0, 1, 0).is(0);
      e.counts(0);
      device.irq("E|T", 4, 0, 2, e, e).is("EINVAL");
      device.irq("N|T", 4, 1, 0).is("EINVAL");
      device.irq("N|M", 4, 0, 1).is("ENOTTY");
      device.irq("N|U", 4, 0, 1).is("ENOTTY");
      device.irq("E|T", 4, 0, 1, -2).is(per(0, "EINVAL"));
      device.irq("E|T", 4, 0, 1, 9999).is("EBADF");
      device.irq("E|T", 4, 0, 0).is("EINVAL");
      device.irq("B|T", 4, 0, 0).is("EINVAL");
      device.irq("N|T", 4, 0, 1).is(0);
      e.counts(1);
      device.irq("N|T", 4, 0, 0).is(0);
      device.irq("N|T", 4, 0, 0).is("EINVAL");
      device.irq("E|T", 4, 0, 1, -1).is(0);
    },
  },
];
