// Goal: a driver in user space can drive the NVMe device: reset, identify, queues with MSI-X,
// blocks written and read. Statuses are those that QEMU's controller was seen to answer with.

import { describe, expect, test } from "vitest";
import { counted, irqs, machineWith, read, region, write } from "./fixture.js";
import { NvmeDriver } from "./nvme-driver.js";

const name = "0000:00:09.0";
const DATA = 0x1_0000;

function driver() {
  const machine = machineWith([{ model: "nvme", address: name, serial: "one", size: 2 ** 20 }]);
  const nvme = new NvmeDriver(machine, name);
  return { machine, nvme };
}

function withQueue() {
  const { machine, nvme } = driver();
  const events = [nvme.kernel.eventfd(), nvme.kernel.eventfd()];
  irqs(nvme.kernel, nvme.device, [0x24, 2, 0, 2], events);
  nvme.enable();
  expect(nvme.addQueue(1, 1)).toEqual([0, 0]);
  return { machine, nvme, events };
}

describe("the controller's registers", () => {
  test("capabilities and version", () => {
    const { nvme } = driver();
    expect(nvme.bar.read64(0)).toBe(0x0040_1820_0f01_07ffn);
    expect(nvme.bar.read32(8)).toBe(0x00010400);
  });

  test("it starts, shuts down and stops", () => {
    const { nvme } = driver();
    expect(nvme.enable()).toBe(1);
    nvme.bar.write32(0x14, 0x00464001);
    expect(nvme.bar.read32(0x1c)).toBe(9);
    nvme.bar.write32(0x14, 0x00460000);
    expect(nvme.bar.read32(0x1c)).toBe(0);
  });

  test("it fails with pages or entries that it does not have", () => {
    const { nvme } = driver();
    expect(nvme.enable(0x00460781)).toBe(2);
    nvme.bar.write32(0x14, 0);
    expect(nvme.enable(0x00350001)).toBe(2);
  });
});

describe("administration", () => {
  test("identify", () => {
    const { nvme } = driver();
    nvme.enable();
    const prp1 = nvme.address(DATA);
    expect(nvme.submit(0, { opcode: 6, prp1, dwords: [1] }).status).toBe(0);
    const text = (at: number, length: number) =>
      Buffer.from(nvme.memory.bytes.subarray(DATA + at, DATA + at + length)).toString();
    expect(text(4, 20)).toBe("one".padEnd(20));
    expect(text(24, 40)).toBe("QEMU NVMe Ctrl".padEnd(40));
    nvme.submit(0, { opcode: 6, namespace: 1, prp1, dwords: [0] });
    expect(nvme.view.getBigUint64(DATA, true)).toBe(2048n);
    expect(nvme.submit(0, { opcode: 6, namespace: 0, prp1 }).status).toBe(0x400b);
    expect(nvme.submit(0, { opcode: 6, namespace: 1, prp1, dwords: [0x16] }).status).toBe(0x4002);
  });

  test("features, and commands that are not there", () => {
    const { nvme } = driver();
    nvme.enable();
    expect(nvme.submit(0, { opcode: 10, dwords: [7] })).toEqual({ status: 0, result: 0x3f003f });
    expect(nvme.submit(0, { opcode: 9, dwords: [7, 0xffff0001] }).status).toBe(0x4002);
    expect(nvme.submit(0, { opcode: 9, dwords: [1, 7] }).status).toBe(0x410e);
    expect(nvme.submit(0, { opcode: 9, dwords: [0x80000002] }).status).toBe(0x410d);
    expect(nvme.submit(0, { opcode: 0x7f }).status).toBe(0x4001);
  });

  test("queues that cannot be", () => {
    const { nvme } = withQueue();
    const create = (dwords: number[], prp1 = nvme.address(DATA)) =>
      nvme.submit(0, { opcode: 5, prp1, dwords }).status;
    expect(create([0xf0000, 1])).toBe(0x4101);
    expect(create([2, 1])).toBe(0x4102);
    expect(create([0xf0002, 1], nvme.address(DATA) + 4)).toBe(0x4013);
    expect(create([0xf0002, 0x00630003])).toBe(0x4108);
    expect(nvme.submit(0, { opcode: 4, dwords: [1] }).status).toBe(0x010c);
    expect(nvme.submit(0, { opcode: 0, dwords: [1] }).status).toBe(0);
    expect(nvme.submit(0, { opcode: 4, dwords: [1] }).status).toBe(0);
  });
});

describe("blocks", () => {
  test("are written and read, with an interrupt each", () => {
    const { nvme, events } = withQueue();
    const prp1 = nvme.address(DATA);
    nvme.memory.bytes.fill(0xa5, DATA, DATA + 512);
    expect(nvme.submit(1, { opcode: 1, namespace: 1, prp1, dwords: [7] }).status).toBe(0);
    expect(counted(nvme.kernel, events[1]!)).toBe(1);
    nvme.memory.bytes.fill(0, DATA, DATA + 1024);
    expect(nvme.submit(1, { opcode: 2, namespace: 1, prp1, dwords: [6, 0, 1] }).status).toBe(0);
    expect([...nvme.memory.bytes.subarray(DATA + 511, DATA + 513)]).toEqual([0, 0xa5]);
    expect(counted(nvme.kernel, events[1]!)).toBe(1);
  });

  test("go over pages by lists", () => {
    const { nvme } = withQueue();
    const page = 4096;
    const pattern = Uint8Array.from({ length: 4 * page }, (_, index) => index >> 6);
    nvme.memory.bytes.set(pattern, DATA);
    const list = 0x9000;
    [1, 2, 3].forEach((n, index) => {
      nvme.view.setBigUint64(list + 8 * index, BigInt(nvme.address(DATA + n * page)), true);
    });
    const pointer = { prp1: nvme.address(DATA), prp2: nvme.address(list) };
    const command = { namespace: 1, ...pointer, dwords: [0, 0, 31] };
    expect(nvme.submit(1, { opcode: 1, ...command }).status).toBe(0);
    nvme.memory.bytes.fill(0, DATA, DATA + 4 * page);
    expect(nvme.submit(1, { opcode: 2, ...command }).status).toBe(0);
    expect(Buffer.compare(nvme.memory.bytes.subarray(DATA, DATA + 4 * page), pattern)).toBe(0);
  });

  test("end where the namespace ends", () => {
    const { nvme } = withQueue();
    const prp1 = nvme.address(DATA);
    const status = (namespace: number, dwords: number[], opcode = 2) =>
      nvme.submit(1, { opcode, namespace, prp1, dwords }).status;
    expect(status(1, [2048])).toBe(0x4080);
    expect(status(1, [2047, 0, 1])).toBe(0x4080);
    expect(status(2, [0])).toBe(0x4002);
    expect(status(0, [0])).toBe(0x400b);
    expect(status(1, [0], 0x55)).toBe(0x4001);
  });

  test("survive a reset of the function, queues do not", () => {
    const { nvme } = withQueue();
    const prp1 = nvme.address(DATA);
    nvme.memory.bytes.fill(0x5a, DATA, DATA + 512);
    nvme.submit(1, { opcode: 1, namespace: 1, prp1 });
    write(nvme.kernel, nvme.device, region(7, 0x88), "0080");
    expect(read(nvme.kernel, nvme.device, region(0, 0x1c), 4)).toBe("00000000");
    expect(nvme.enable()).toBe(1);
    expect(nvme.addQueue(1, 1)).toEqual([0, 0]);
    nvme.memory.bytes.fill(0, DATA, DATA + 512);
    nvme.submit(1, { opcode: 2, namespace: 1, prp1 });
    expect(nvme.memory.bytes[DATA]).toBe(0x5a);
  });
});

describe("interrupts", () => {
  test("a vector without an eventfd keeps its message until there is one", () => {
    const { nvme, events } = withQueue();
    irqs(nvme.kernel, nvme.device, [0x24, 2, 1, 1], [-1]);
    const prp1 = nvme.address(DATA);
    nvme.submit(1, { opcode: 2, namespace: 1, prp1 });
    expect(nvme.bar.read32(0x3000)).toBe(2);
    irqs(nvme.kernel, nvme.device, [0x24, 2, 1, 1], [events[1]!]);
    expect(counted(nvme.kernel, events[1]!)).toBe(1);
    expect(nvme.bar.read32(0x3000)).toBe(0);
  });

  test("without MSI-X the pin is used, and masked in the controller", () => {
    const { nvme } = driver();
    const event = nvme.kernel.eventfd();
    irqs(nvme.kernel, nvme.device, [0x24, 0, 0, 1], [event]);
    write(nvme.kernel, nvme.device, region(7, 4), "0600");
    nvme.enable();
    nvme.bar.write32(0x0c, 1);
    nvme.submit(0, { opcode: 10, dwords: [7] });
    expect(counted(nvme.kernel, event)).toBe(0);
    nvme.bar.write32(0x10, 1);
    nvme.submit(0, { opcode: 10, dwords: [7] });
    expect(counted(nvme.kernel, event)).toBe(1);
  });
});
