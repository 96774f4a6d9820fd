import type { ConformanceCase } from "../case.js";
import { Config, openPci, PciCap, word32 } from "../fixtures/index.js";
import { per, type Trial } from "../trial/index.js";

/** nvme with eventfds e0, e1 ... in its first vectors. */
function msix(t: Trial, count: number) {
  const { device } = openPci(t, "nvme");
  const targets = Array.from({ length: count }, (_, index) => t.eventfd(`e${index}`));
  device.irq("E|T", 2, 0, count, ...targets).is(0);
  return { device, targets };
}

/** Where the MSI-X table is in its BAR. */
function tableOffset(config: Config): number {
  const pointer = config.get(config.capability(PciCap.MSIX) + 4, 4);
  return Buffer.from(pointer, "hex").readUInt32LE(0) & ~7;
}

/** MSI-X, on nvme with its 65 vectors. */
export const pciMsixCases: readonly ConformanceCase[] = [
  {
    name: "msi-x: vectors beyond those enabled",
    vectors: [173],
    needs: ["nvme"],
    run(t) {
      const { device, targets } = msix(t, 2);
      const [e0, e1] = targets;
      const e = t.eventfd("e");
      device.irq("E|T", 2, 2, 1, e).is(per("EINVAL", 0));
      device.irq("E|T", 2, 5, 1, e).is(per("EINVAL", 0));
      device.irq("B|T", 2, 0, 3, 1, 1, 1).is(per("EINVAL", 0));
      e.counts(t.expected(per(0, 1)));
      device.irq("N|T", 2, 0, 65).is(per("EINVAL", 0));
      e.counts(t.expected(per(0, 2)));
      e0?.counts(t.expected(per(0, 2)));
      e1?.counts(t.expected(per(0, 2)));
      device.irq("N|T", 2, 0, 66).is("EINVAL");
      device.irq("N|T", 2, 65, 0).is("EINVAL");
      device.irq("N|T", 2, 0, 2).is(0);
      e0?.counts(1);
      e1?.counts(1);
    },
  },
  {
    name: "msi-x: a bad descriptor in a block",
    vectors: [174],
    needs: ["nvme"],
    run(t) {
      const { device, targets } = msix(t, 4);
      const signalled = (...counts: number[]) => {
        device.irq("N|T", 2, 0, 4).is(0);
        for (const [index, count] of counts.entries()) targets[index]?.counts(count);
      };
      signalled(1, 1, 1, 1);
      device.irq("E|T", 2, 1, 1, 9999).is("EBADF");
      signalled(1, 0, 1, 1);
      device.irq("E|T", 2, 0, 2, targets[0] ?? -1, targets[1] ?? -1).is(0);
      signalled(1, 1, 1, 1);
      device.irq("E|T", 2, 0, 3, targets[0] ?? -1, 9999, targets[2] ?? -1).is("EBADF");
      signalled(0, 0, 1, 1);
    },
  },
  {
    name: "msi-x: negative descriptors empty vectors",
    vectors: [175],
    needs: ["nvme"],
    run(t) {
      const { device, targets } = msix(t, 2);
      const e = t.eventfd("e");
      device.irq("E|T", 2, 0, 2, -1, -2).is(0);
      device.irq("N|T", 2, 0, 2).is(0);
      for (const target of targets) target.counts(0);
      device.irq("E|T", 0, 0, 1, e).is("EINVAL");
      device.irq("N|T", 1, 0, 0).is("EINVAL");
    },
  },
  {
    name: "msi-x: enabling from later vectors",
    vectors: [176],
    needs: ["nvme"],
    run(t) {
      const { device } = openPci(t, "nvme");
      const e = t.eventfd("e");
      device.irq("N|T", 2, 0, 0).is("EINVAL");
      device.irq("E|T", 2, 0, 0).is("ERANGE");
      device.irq("E|T", 2, 1, 0).is(per("EINVAL", 0));
      device.irq("E|T", 2, 3, 1, e).is(0);
      device.irq("N|T", 2, 3, 1).is(0);
      e.counts(1);
      device.irq("N|T", 2, 0, 4).is(0);
      e.counts(1);
      device.irq("N|T", 2, 0, 0).is(0);
      device.irq("N|T", 2, 0, 0).is("EINVAL");
    },
  },
  {
    name: "err: on nvme",
    vectors: [177],
    needs: ["nvme"],
    run(t) {
      const { device } = openPci(t, "nvme");
      const e = t.eventfd("e");
      device.irq("N|T", 3, 0, 1).is("EINVAL");
      device.irq("E|T", 3, 0, 1, e).is(0);
      device.irq("N|T", 3, 0, 1).is(0);
      e.counts(1);
      device.irq("N|T", 3, 0, 0).is(0);
      device.irq("N|T", 3, 0, 0).is("EINVAL");
    },
  },
  {
    name: "msi-x: the table is hidden from reads and writes",
    vectors: [157],
    needs: ["nvme"],
    run(t) {
      const { device } = openPci(t, "nvme");
      const table = tableOffset(new Config(device));
      const across = device.pread(64, table - 32).is(64);
      across.holds(32, "ff".repeat(32));
      device.pwrite(word32(0x12345678), table).is(4);
      device.pread(4, table).is(4).holds(0, "ffffffff");
      device
        .pread(4, table + 65 * 16 - 4)
        .is(4)
        .holds(0, "ffffffff");
      device.tryMmap({ offset: 0, length: 0x4000 }).is(0);
    },
  },
];
