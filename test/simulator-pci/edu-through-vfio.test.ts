import { describe, expect, test } from "vitest";
import { structs } from "../../src/uapi/index.js";
import { Vfio } from "../../src/uapi/requests.js";
import { counted, irqs, machineWith, openDevice, read, region, write } from "./fixture.js";

const BAR0 = region(0);
const CONFIG = region(7);

function edu() {
  const machine = machineWith([{ model: "edu", address: "0000:00:05.0" }]);
  const kernel = machine.process();
  return { machine, kernel, ...openDevice(kernel, "0000:00:05.0") };
}

describe("an edu device is driven through vfio-pci from the outside", () => {
  test("identification, liveness, factorial", () => {
    const { kernel, device } = edu();
    expect(read(kernel, device, BAR0, 4)).toBe("ed000001");
    expect(write(kernel, device, BAR0 + 4, "67452301")).toBe(4);
    expect(read(kernel, device, BAR0 + 4, 4)).toBe("98badcfe");
    write(kernel, device, BAR0 + 8, "05000000");
    expect(read(kernel, device, BAR0 + 8, 4)).toBe("78000000");
  });

  test("information", () => {
    const { kernel, device } = edu();
    const info = structs.deviceInfo.encode({});
    kernel.ioctl(device, Vfio.DEVICE_GET_INFO, info);
    expect(structs.deviceInfo.decode(info)).toMatchObject({
      flags: 2,
      num_regions: 9,
      num_irqs: 5,
    });
    const bar = structs.regionInfo.encode({ index: 0 });
    kernel.ioctl(device, Vfio.DEVICE_GET_REGION_INFO, bar);
    expect(structs.regionInfo.decode(bar)).toMatchObject({ flags: 7, size: 0x100000n, offset: 0n });
  });

  test("configuration space at open", () => {
    const { kernel, device } = edu();
    expect(read(kernel, device, CONFIG, 16)).toBe("3412e8110301100010" + "00ff0000000000");
    expect(read(kernel, device, CONFIG + 0x2c, 4)).toBe("f41a0011");
    expect(read(kernel, device, CONFIG + 0x40, 4)).toBe("05008000");
  });

  test("registers through a mapping", () => {
    const { kernel, device } = edu();
    const bar = kernel.mmap(device, { offset: 0, length: 0x100000 });
    expect(bar.read32(0)).toBe(0x010000ed);
    bar.write32(4, 1);
    expect(bar.read32(4)).toBe(0xfffffffe);
    bar.close();
  });

  test("a factorial ends with an interrupt by MSI", () => {
    const { kernel, device } = edu();
    write(kernel, device, CONFIG + 4, "0604");
    const event = kernel.eventfd();
    expect(irqs(kernel, device, [0x24, 1, 0, 1], [event])).toBe(0);
    write(kernel, device, BAR0 + 0x20, "80000000");
    write(kernel, device, BAR0 + 8, "0a000000");
    expect(counted(kernel, event)).toBe(1);
    expect(read(kernel, device, BAR0 + 0x24, 4)).toBe("01000000");
  });

  test("DMA reaches mapped memory after 100 ms", () => {
    const { machine, kernel, container, device } = edu();
    const memory = kernel.allocate(4096);
    const map = structs.iommuType1DmaMap.encode({
      flags: 3,
      vaddr: memory.address,
      iova: 0x10000n,
      size: 4096n,
    });
    kernel.ioctl(container, Vfio.IOMMU_MAP_DMA, map);
    memory.bytes.set([1, 2, 3, 4]);
    const bar = kernel.mmap(device, { offset: 0, length: 0x1000 });
    write(kernel, device, CONFIG + 4, "06");
    const transfer = (source: bigint, destination: bigint, command: bigint) => {
      bar.write64(0x80, source);
      bar.write64(0x88, destination);
      bar.write64(0x90, 4n);
      bar.write64(0x98, command);
      machine.clock.advance(99);
      expect(bar.read32(0x98) & 1).toBe(1);
      machine.clock.advance(1);
      expect(bar.read32(0x98) & 1).toBe(0);
    };
    transfer(0x10000n, 0x40000n, 1n);
    transfer(0x40000n, 0x10100n, 3n);
    expect([...memory.bytes.subarray(0x100, 0x104)]).toEqual([1, 2, 3, 4]);
  });
});
