import type { ConformanceCase } from "../case.js";
import { attached, groupNode, mdev, openContainer, openGroup, pci } from "../fixtures/index.js";

const KIB = 1024;

/** Several processes on one machine. */
export const processCases: readonly ConformanceCase[] = [
  {
    name: "process: locked memory is limited",
    vectors: [70],
    needs: ["edu"],
    run(t) {
      const target = pci(t, "edu");
      const other = t.process({ memlock: 16 * KIB });
      const { container } = attached(other, target);
      const m = other.memory(64 * KIB, "m");
      const map = (iova: number, size: number) => container.map(3, m.at(iova), iova, size);
      map(0, 16 * KIB).is(0);
      map(16 * KIB, 4 * KIB).is("ENOMEM");
      container.unmap(2, 0, 0).is(0).has({ size: 0x4000n });
      map(0, 20 * KIB).is("ENOMEM");
      container.unmap(2, 0, 0).is(0).has({ size: 0n });
      map(0, 8 * KIB).is(0);
      map(8 * KIB, 8 * KIB).is(0);
      map(16 * KIB, 4 * KIB).is("ENOMEM");
      container
        .unmap(0, 0, 8 * KIB)
        .is(0)
        .has({ size: 0x2000n });
      map(16 * KIB, 8 * KIB).is(0);
      map(24 * KIB, 4 * KIB).is("ENOMEM");
    },
  },
  {
    name: "process: memory of mediated devices is not locked",
    vectors: [39, 70],
    needs: ["mtty"],
    run(t) {
      const target = mdev(t, "T1");
      const other = t.process({ memlock: 16 * KIB });
      const { container } = attached(other, target);
      const m = other.memory(64 * KIB, "m");
      container.map(3, m.at(), 0, 64 * KIB).is(0);
    },
  },
  {
    name: "process: everything is closed when it ends",
    vectors: [6, 23],
    needs: ["mtty"],
    async run(t) {
      const target = mdev(t, "T1");
      const kernel = t.host.process();
      t.defer(() => kernel.shutdown());
      const other = t.within(kernel);
      const { group } = attached(other, target);
      group.device(target.name);
      t.tryOpen(groupNode(target), "group, held elsewhere").is("EBUSY");
      kernel.shutdown();
      t.steps.push({ call: "the other process ends", result: "" });
      const own = openGroup(t, target);
      own.status().is(0).has({ flags: 1 });
      own.setContainer(openContainer(t)).is(0);
    },
  },
];
