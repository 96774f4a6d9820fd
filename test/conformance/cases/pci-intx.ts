import type { ConformanceCase } from "../case.js";
import { Config, type Device, Edu, openPci } from "../fixtures/index.js";
import type { Trial } from "../trial/index.js";

/** A device with INTx enabled, nothing raised. */
function intx(t: Trial, values: readonly number[] = []) {
  const { device, ...rest } = openPci(t);
  const edu = new Edu(device);
  const e = t.eventfd("e");
  edu.acknowledge();
  device.irq("E|T", 0, 0, 1, ...(values.length === 0 ? [e] : values)).is(0);
  return { ...rest, device, edu, e };
}

/** A line that a case leaves raised would disturb the next. */
function quiet(device: Device): void {
  new Edu(device).acknowledge();
  device.irq("N|T", 0, 0, 0).is(0);
}

/** SET_IRQS of vfio-pci: what every index refuses, and INTx. */
export const pciIntxCases: readonly ConformanceCase[] = [
  {
    name: "intx: off",
    vectors: [158],
    needs: ["edu"],
    run(t) {
      const { device } = openPci(t);
      device.irq("N|T", 0, 0, 0).is("EINVAL");
      device.irq("N|T", 0, 0, 1).is("EINVAL");
      device.irq("N|U", 0, 0, 1).is("EINVAL");
      device.irq("N|M", 0, 0, 1).is("EINVAL");
      device.irq("B|T", 0, 0, 1, 1).is("EINVAL");
    },
  },
  {
    name: "intx: data, counts and descriptors",
    vectors: [159, 243],
    needs: ["edu"],
    run(t) {
      const { device, container } = openPci(t);
      const e = t.eventfd("e");
      device.irq("E|T", 0, 0, 1).is("EINVAL");
      device.irq("E|T", 0, 0, 2, e, e).is("EINVAL");
      device.irq("E|T", 0, 1, 1, e).is("EINVAL");
      device.irq("E|T", 0, 0, 0).is("EINVAL");
      device.irq("E|T", 0, 0, 1, 9999).is("EBADF");
      device.irq("E|T", 0, 0, 1, container).is("EINVAL");
      device.irq("N|T", 0, 0, 0).is("EINVAL");
      const header = Uint32Array.of(23, 0x24, 0, 0, 1, 0);
      device.ioctl("DEVICE_SET_IRQS", new Uint8Array(header.buffer, 0, 23)).is("EINVAL");
      const short = Uint32Array.of(19, 0x21, 0, 0, 0);
      device.ioctl("DEVICE_SET_IRQS", new Uint8Array(short.buffer)).is("EINVAL");
      const crossing = Uint32Array.of(24, 0x24, 0, 0, 1);
      device.ioctl("DEVICE_SET_IRQS", new Uint8Array(crossing.buffer)).is("EFAULT");
      device.ioctl("DEVICE_SET_IRQS", null).is("EFAULT");
      device.ioctl("DEVICE_SET_IRQS", new Uint8Array(19)).is("EFAULT");
    },
  },
  {
    name: "intx: flags and ranges",
    vectors: [160, 247],
    needs: ["edu"],
    run(t) {
      const { device } = openPci(t);
      const e = t.eventfd("e");
      device.irq("T", 0, 0, 1).is("EINVAL");
      device.irq("N|B|T", 0, 0, 1).is("EINVAL");
      device.irq("N|E|T", 0, 0, 1, e).is("EINVAL");
      device.irq("N", 0, 0, 1).is("ENOTTY");
      device.irq("N|M|T", 0, 0, 1).is("ENOTTY");
      device.irq("N|M|U", 0, 0, 1).is("ENOTTY");
      for (let bit = 6; bit < 32; bit += 1) {
        device.irq(`N|T|${(1 << bit) >>> 0}`, 0, 0, 1).is("EINVAL");
      }
      device.irq("N|T", 5, 0, 1).is("EINVAL");
      device.irq("N|T", 0xffffffff, 0, 1).is("EINVAL");
      device.irq("N|T", 0, 0, 0xffffffff).is("EINVAL");
      device.irq("N|T", 0, 0xfffffffe, 1).is("EINVAL");
      device.irq("N|T", 0, 0xffffffff, 1).is("EINVAL");
      device.irq("N|T", 3, 0, 0).is("EINVAL");
    },
  },
  {
    name: "intx: without a target, and loopback",
    vectors: [161],
    needs: ["edu"],
    run(t) {
      const { device, e } = intx(t, [-1]);
      device.irq("E|T", 1, 0, 1, e).is("EINVAL");
      device.irq("N|T", 0, 0, 1).is(0);
      device.irq("E|T", 0, 0, 1, e).is(0);
      e.counts(0);
      device.irq("N|T", 0, 0, 1).is(0);
      e.counts(1);
      device.irq("B|T", 0, 0, 1, 1).is(0);
      e.counts(1);
      device.irq("B|T", 0, 0, 1, 0).is(0);
      e.counts(0);
      quiet(device);
    },
  },
  {
    name: "intx: an interrupt masks itself",
    vectors: [162],
    needs: ["edu"],
    async run(t) {
      const { device, edu, e } = intx(t);
      edu.raise();
      await e.arrives(1);
      edu.raise(2);
      await e.arrives(0);
      device.irq("N|U", 0, 0, 1).is(0);
      await e.arrives(1);
      edu.acknowledge();
      device.irq("N|U", 0, 0, 1).is(0);
      await e.arrives(0);
      edu.raise();
      await e.arrives(1);
      quiet(device);
    },
  },
  {
    name: "intx: unmasking by an eventfd",
    vectors: [163],
    needs: ["edu"],
    async run(t) {
      const { device, edu, e, container } = intx(t);
      const e3 = t.eventfd("e3");
      device.irq("N|M", 0, 0, 1).is(0);
      edu.raise();
      await e.arrives(0);
      device.irq("E|U", 0, 0, 1, e3).is(0);
      device.irq("E|U", 0, 0, 1, e3).is("EBUSY");
      e3.signal();
      await e.arrives(1);
      device.irq("E|U", 0, 0, 1, -1).is(0);
      device.irq("E|U", 0, 0, 1, -1).is(0);
      device.irq("E|U", 0, 0, 1, 9999).is("EBADF");
      device.irq("E|U", 0, 0, 1, container).is("EINVAL");
      device.irq("E|M", 0, 0, 1, e3).is("ENOTTY");
      quiet(device);
    },
  },
  {
    name: "intx: disabled in the command register",
    vectors: [164],
    needs: ["edu"],
    async run(t) {
      const { device, edu, e } = intx(t);
      const config = new Config(device);
      config.write(0x05, "05");
      edu.raise();
      await e.arrives(0);
      device.irq("N|T", 0, 0, 1).is(0);
      await e.arrives(0);
      config.write(0x05, "01");
      await e.arrives(1);
      quiet(device);
    },
  },
  {
    name: "intx: loopback while masked, and a new target",
    vectors: [165],
    needs: ["edu"],
    async run(t) {
      const { device, edu, e } = intx(t);
      const e2 = t.eventfd("e2");
      device.irq("N|M", 0, 0, 1).is(0);
      device.irq("N|T", 0, 0, 1).is(0);
      e.counts(1);
      edu.raise();
      await e.arrives(0);
      device.irq("E|T", 0, 0, 1, e2).is(0);
      await e2.arrives(0);
      device.irq("N|U", 0, 0, 1).is(0);
      await e2.arrives(1);
      await e.arrives(0);
      quiet(device);
    },
  },
  {
    name: "intx: masking arguments",
    vectors: [163, 165],
    needs: ["edu"],
    run(t) {
      const { device } = intx(t);
      device.irq("B|M", 0, 0, 1, 0).is(0);
      device.irq("B|M", 0, 0, 1, 1).is(0);
      device.irq("B|U", 0, 0, 1, 0).is(0);
      device.irq("B|U", 0, 0, 1, 1).is(0);
      device.irq("N|M", 0, 0, 0).is("EINVAL");
      device.irq("N|U", 0, 0, 0).is("EINVAL");
      device.irq("N|T", 0, 0, 0).is(0);
      device.irq("N|M", 0, 0, 1).is("EINVAL");
    },
  },
  {
    name: "intx: disabling",
    vectors: [166],
    needs: ["edu"],
    run(t) {
      const { device } = intx(t);
      device.irq("N|T", 0, 0, 0).is(0);
      device.irq("N|T", 0, 0, 0).is("EINVAL");
    },
  },
  {
    name: "intx: disabling forgets the unmasking eventfd",
    vectors: [242],
    needs: ["edu"],
    run(t) {
      const { device, e } = intx(t);
      const e3 = t.eventfd("e3");
      device.irq("E|U", 0, 0, 1, e3).is(0);
      device.irq("N|T", 0, 0, 0).is(0);
      device.irq("E|T", 0, 0, 1, e).is(0);
      device.irq("E|U", 0, 0, 1, e3).is(0);
      quiet(device);
    },
  },
];
