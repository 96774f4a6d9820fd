import { expect, it } from "vitest";
import { bit, pci, ro32, rw32, rw64, Vfio, wo32 } from "../../src/index.js";

const map = {
  id: ro32(0x00),
  liveness: rw32(0x04),
  factorial: rw32(0x08),
  status: rw32(0x20, { computing: bit(0), raiseIrq: bit(7) }),
  irqStatus: ro32(0x24),
  acknowledge: wo32(0x64),
  source: rw64(0x80),
  destination: rw64(0x88),
  count: rw64(0x90),
  command: rw64(0x98, { start: bit(0), toMemory: bit(1), interrupt: bit(2) }),
};

const BUFFER = 0x40000n;
const signal = AbortSignal.timeout(10_000);

it("a program as the design draws it: registers, an interrupt, DMA both ways", async () => {
  await using vfio = await Vfio.simulate();
  await using device = await vfio.openDevice("00:05.0");
  const edu = device.region(pci.BAR0).registers(map);
  expect(edu.id.read()).toBe(0x010000ed);
  edu.liveness.write(0x1234_5678);
  expect(edu.liveness.read()).toBe(~0x1234_5678 >>> 0);
  device.config.command.update({ busMaster: true });

  using msi = device.interrupts.msi.enable(1);
  edu.status.fields.raiseIrq.write(true);
  edu.factorial.write(5);
  expect(await msi.once({ signal })).toEqual({ vector: 0, count: 1 });
  edu.acknowledge.write(edu.irqStatus.read());
  expect(edu.factorial.read()).toBe(120);
  expect(edu.status.readFields()).toEqual({ computing: false, raiseIrq: true });

  using buffer = vfio.allocate(8192);
  using mapping = vfio.dma.map(buffer, { below: 2 ** 28 });
  buffer.bytes.subarray(0, 4096).fill(0x5a);
  edu.source.write(mapping.iova);
  edu.destination.write(BUFFER);
  edu.count.write(4096n);
  edu.command.writeFields({ start: true, interrupt: true });
  await msi.once({ signal });
  edu.acknowledge.write(edu.irqStatus.read());
  edu.source.write(BUFFER);
  edu.destination.write(mapping.iova + 4096n);
  edu.command.writeFields({ start: true, toMemory: true, interrupt: true });
  await msi.once({ signal });
  expect(edu.command.fields.start.read()).toBe(false);
  expect(buffer.view.getBigUint64(4096)).toBe(0x5a5a_5a5a_5a5a_5a5an);
});
