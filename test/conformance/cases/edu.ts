import type { ConformanceCase } from "../case.js";
import { Config, type Container, Edu, openPci, word32 } from "../fixtures/index.js";
import { per, type TracedMemory } from "../trial/index.js";

/** QEMU takes a transfer that reaches the end of the buffer for one beyond it, and aborts. */
const LENGTH = 0x800;

/** Memory at an IOVA, filled with one byte. */
function dma(container: Container, memory: TracedMemory, iova: number, byte: number, flags = 3) {
  memory.bytes.fill(byte);
  container.map(flags, memory.at(), iova, 0x1000).is(0);
}

/** edu as a PCI function: its registers, and its DMA through the IOMMU. */
export const eduCases: readonly ConformanceCase[] = [
  {
    name: "edu: registers",
    vectors: [187],
    needs: ["edu"],
    async run(t) {
      const { device } = openPci(t);
      const edu = new Edu(device);
      const { liveness, factorial, status, irqStatus } = Edu.register;
      edu.reads(0, 0x010000ed);
      edu.write(liveness, 0x55aa00ff);
      edu.reads(liveness, ~0x55aa00ff);
      for (const [n, result] of [
        [5, 0x78],
        [0, 1],
        [13, 0x7328cc00],
      ] as const) {
        await edu.factorial(n);
        edu.reads(factorial, result);
      }
      edu.write(status, 0xffffffff);
      edu.reads(status, 0x80);
      edu.write(status, 0);
      edu.acknowledge();
      edu.raise(5);
      edu.raise(0x10);
      edu.reads(irqStatus, 0x15);
      edu.acknowledge(4);
      edu.reads(irqStatus, 0x11);
      edu.acknowledge();
      edu.reads(irqStatus, 0);
      edu.reads(Edu.register.irqRaise, 0xffffffff);
      edu.reads(Edu.register.irqAcknowledge, 0xffffffff);
      edu.write(Edu.register.dmaCommand, 2);
      edu.reads(Edu.register.dmaCommand, 0);
    },
  },
  {
    name: "edu: 8-byte accesses",
    vectors: [187],
    needs: ["edu"],
    run(t) {
      const { device } = openPci(t);
      device.pwrite(word32(0x12345678), 0x80).is(4);
      device.pread(4, 0x80).is(4).holds(0, "78563412");
      const bytes = Uint8Array.of(0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11);
      device.pwrite(bytes, 0x80).is(8);
      device.pread(8, 0x80).is(8).holds(0, per("88776655ffffffff", "8877665544332211"));
      device.pread(4, 0x84).is(4).holds(0, "ffffffff");
      device.pwrite(word32(0), 0x80).is(4);
    },
  },
  {
    name: "edu: factorial with an interrupt",
    vectors: [162, 187],
    needs: ["edu"],
    async run(t) {
      const { device } = openPci(t);
      const edu = new Edu(device);
      const e = t.eventfd("e");
      new Config(device).busMaster(true);
      edu.acknowledge();
      device.irq("E|T", 1, 0, 1, e).is(0);
      edu.write(Edu.register.status, 0x80);
      await edu.factorial(10);
      await e.arrives(1);
      edu.reads(Edu.register.factorial, 3628800);
      edu.reads(Edu.register.irqStatus, 1);
      edu.acknowledge();
      edu.write(Edu.register.status, 0);
      device.irq("N|T", 1, 0, 0).is(0);
    },
  },
  {
    name: "edu: closed and opened again",
    vectors: [186],
    needs: ["edu"],
    run(t) {
      const { device, group, target } = openPci(t);
      new Edu(device).write(Edu.register.liveness, 0xcafe0001);
      new Config(device).write(0x04, "0600");
      device.close();
      const again = group.device(target.name, "second open");
      new Config(again).reads(0x04, "0301");
      new Edu(again).reads(Edu.register.liveness, ~0xcafe0001);
    },
  },
  {
    name: "edu: DMA both ways",
    vectors: [185],
    needs: ["edu"],
    async run(t) {
      const { device, container } = openPci(t);
      const edu = new Edu(device);
      const from = t.memory(0x1000, "from");
      const to = t.memory(0x1000, "to");
      dma(container, from, 0x10000, 0x5a);
      dma(container, to, 0x20000, 0);
      new Config(device).busMaster(true);
      await edu.fetch(0x10000, LENGTH);
      await edu.store(0x20000, LENGTH);
      t.equal("bytes that arrived", to.bytes.filter((byte) => byte === 0x5a).length, LENGTH);
      new Config(device).busMaster(false);
      to.bytes.fill(0);
      await edu.store(0x20000, LENGTH);
      t.equal("bytes without bus master", to.bytes.filter((byte) => byte !== 0).length, 0);
      await edu.fetch(0x10000, LENGTH);
      new Config(device).busMaster(true);
      await edu.store(0x20000, LENGTH);
      t.equal("bytes fetched without bus master", to.bytes.filter(Boolean).length, 0);
    },
  },
  {
    name: "edu: DMA of what is not mapped",
    vectors: [185],
    needs: ["edu"],
    async run(t) {
      const { device, container } = openPci(t);
      const edu = new Edu(device);
      const to = t.memory(0x1000, "to");
      dma(container, to, 0x20000, 0x77);
      new Config(device).busMaster(true);
      await edu.fetch(0x50000, LENGTH);
      await edu.store(0x20000, LENGTH);
      t.equal("zeros that arrived", to.bytes.filter((byte) => byte === 0).length, LENGTH);
      container.unmap(0, 0x20000, 0x1000).is(0);
      to.bytes.fill(0x77);
      await edu.store(0x20000, LENGTH);
      t.equal("bytes written after unmap", to.bytes.filter((byte) => byte !== 0x77).length, 0);
    },
  },
  {
    name: "edu: DMA and the permissions of a mapping",
    vectors: [185],
    needs: ["edu"],
    async run(t) {
      const { device, container } = openPci(t);
      const edu = new Edu(device);
      const readable = t.memory(0x1000, "readable");
      const writable = t.memory(0x1000, "writable");
      const to = t.memory(0x1000, "to");
      dma(container, readable, 0x10000, 0x11, 1);
      dma(container, writable, 0x20000, 0x22, 2);
      dma(container, to, 0x30000, 0x33);
      new Config(device).busMaster(true);
      await edu.fetch(0x20000, LENGTH);
      await edu.store(0x10000, LENGTH);
      t.equal("read-only memory", readable.bytes.filter((byte) => byte !== 0x11).length, 0);
      await edu.store(0x30000, LENGTH);
      const seen = t.expected(per(0x22, 0x22, 0));
      t.equal("write-only read", to.bytes.filter((byte) => byte === seen).length, LENGTH);
    },
  },
];
