// Goal: what could hurt this process does not pass the gate, what cannot does, and memory that a
// device may reach stays held until the kernel has let go of it.

import { beforeEach, describe, expect, it } from "vitest";
import { GatedKernel } from "../../src/gate/index.js";
import { OpenFlags } from "../../src/kernel.js";
import { SimulatedMachine } from "../../src/simulator/index.js";
import { loadMdevSamples } from "../../src/simulator/mdev/index.js";
import { DmaMapFlags, DmaUnmapFlags, IrqSetFlags } from "../../src/uapi/flags.js";
import { Vfio } from "../../src/uapi/requests.js";
import * as structs from "../../src/uapi/structs.js";

const UUID = "83b8f4f2-509f-382f-3c1e-e6bfe0fa1001";
const TYPE1v2 = 3;

let kernel: GatedKernel;
let container: number;
let group: number;

beforeEach(() => {
  const machine = new SimulatedMachine();
  loadMdevSamples(machine, ["mtty"]);
  kernel = new GatedKernel(machine.process());
  kernel.sysfs.write("/sys/class/mdev_bus/mtty/mdev_supported_types/mtty-1/create", UUID);
  const id = kernel.sysfs.readlink(`/sys/bus/mdev/devices/${UUID}/iommu_group`).split("/").at(-1);
  container = kernel.open("/dev/vfio/vfio", OpenFlags.readWrite);
  group = kernel.open(`/dev/vfio/${id}`, OpenFlags.readWrite);
  kernel.ioctl(group, Vfio.GROUP_SET_CONTAINER, int32(container));
  kernel.ioctl(container, Vfio.SET_IOMMU, TYPE1v2);
});

describe("the gate refuses", () => {
  it("a descriptor that is not open here", () => {
    expect(() => kernel.ioctl(999, Vfio.DEVICE_RESET, 0)).toThrow(
      expect.objectContaining({ code: "EBADF" }),
    );
  });

  it("a request that this kind of file does not have", () => {
    expect(() => kernel.ioctl(container, Vfio.DEVICE_RESET, 0)).toThrow(/no request 0x3b6f/);
    expect(() => kernel.ioctl(group, 0x1234, 0)).toThrow(RangeError);
    expect(() => kernel.ioctl(group, Number.NaN, 0)).toThrow(RangeError);
  });

  it.each([
    ["a number for a struct", Vfio.IOMMU_MAP_DMA, 0],
    ["a string for a struct", Vfio.IOMMU_MAP_DMA, "map"],
    ["a struct for a number", Vfio.SET_IOMMU, new Uint8Array(8)],
    ["half a number", Vfio.SET_IOMMU, 1.5],
  ])("%s", (_what, request, argument) => {
    expect(() => kernel.ioctl(container, request, argument)).toThrow(TypeError);
  });

  it("a name with a NUL in it", () => {
    expect(() => kernel.ioctl(group, Vfio.GROUP_GET_DEVICE_FD, "a\0b")).toThrow(RangeError);
  });

  it("bytes that are shorter than the struct, or than they say", () => {
    expect(() => kernel.ioctl(group, Vfio.GROUP_GET_STATUS, new Uint8Array(7))).toThrow(RangeError);
    const long = structs.groupStatus.encode({ argsz: 9 });
    expect(() => kernel.ioctl(group, Vfio.GROUP_GET_STATUS, long)).toThrow(/argsz says 9/);
  });

  it("addresses that are not this process's memory", () => {
    const memory = kernel.allocate(4096);
    const beyond = mapping(memory.address, 0n, 8192n);
    expect(() => kernel.ioctl(container, Vfio.IOMMU_MAP_DMA, beyond)).toThrow(/not memory/);
    memory.free();
    const freed = mapping(memory.address, 0n, 4096n);
    expect(() => kernel.ioctl(container, Vfio.IOMMU_MAP_DMA, freed)).toThrow(/not memory/);
    const wrap = mapping(2n ** 64n - 4096n, 0n, 8192n);
    expect(() => kernel.ioctl(container, Vfio.IOMMU_MAP_DMA, wrap)).toThrow(/not memory/);
  });

  it("an eventfd that is not this process's", () => {
    const device = kernel.ioctl(group, Vfio.GROUP_GET_DEVICE_FD, UUID);
    const bytes = structs.irqSet.encode(
      { flags: IrqSetFlags.DATA_EVENTFD | IrqSetFlags.ACTION_TRIGGER, index: 0, count: 1 },
      4,
    );
    bytes.set(int32(998), structs.irqSet.size);
    expect(() => kernel.ioctl(device, Vfio.DEVICE_SET_IRQS, bytes)).toThrow(
      expect.objectContaining({ code: "EBADF", request: "VFIO_DEVICE_SET_IRQS" }),
    );
  });
});

describe("what the kernel can answer itself passes", () => {
  it("argsz below the struct's size", () => {
    const short = structs.groupStatus.encode({ argsz: 7 });
    expect(() => kernel.ioctl(group, Vfio.GROUP_GET_STATUS, short)).toThrow(
      expect.objectContaining({ code: "EINVAL" }),
    );
  });

  it("anything at all through unsafeIoctl", () => {
    const nowhere = mapping(0xdead_0000n, 0n, 4096n);
    expect(kernel.unsafeIoctl(container, Vfio.IOMMU_MAP_DMA, nowhere)).toBe(0);
    expect(() => kernel.unsafeIoctl(group, 0x1234, 0)).toThrow(
      expect.objectContaining({ code: "ENOTTY" }),
    );
  });
});

describe("a failure", () => {
  it("is named after the kind of file where requests share a number", () => {
    const bad = structs.iommuType1DmaMap.encode({ argsz: 31 });
    expect(() => kernel.unsafeIoctl(container, Vfio.IOMMU_MAP_DMA, bad)).toThrow(
      expect.objectContaining({ code: "EINVAL", request: "VFIO_IOMMU_MAP_DMA" }),
    );
  });
});

describe("a descriptor that is being closed", () => {
  it("can be another file's before the first is gone", async () => {
    const closing = kernel.closeAsync(group);
    const [free] = [kernel.eventfd(), closing];
    await closing;
    expect(kernel.eventfd()).toBeGreaterThanOrEqual(0);
    expect(() => kernel.ioctl(free, Vfio.DEVICE_RESET, 0)).toThrow(/this file .eventfd./);
  });
});

describe("memory mapped for DMA", () => {
  it("is held until it is unmapped", () => {
    const memory = kernel.allocate(8192);
    kernel.ioctl(container, Vfio.IOMMU_MAP_DMA, mapping(memory.address, 0x1000n, 4096n));
    kernel.ioctl(container, Vfio.IOMMU_MAP_DMA, mapping(memory.address + 4096n, 0x8000n, 4096n));
    expect(kernel.heldMappings).toBe(2);
    unmap({ iova: 0x1000n, size: 0x1000n });
    expect(kernel.heldMappings).toBe(1);
    unmap({ flags: DmaUnmapFlags.ALL });
    expect(kernel.heldMappings).toBe(0);
  });

  it("is held by the count of bytes that the kernel removed, not by the range", () => {
    const memory = kernel.allocate(3 * 4096);
    for (const page of [0n, 1n, 2n]) {
      const at = page * 4096n;
      kernel.ioctl(container, Vfio.IOMMU_MAP_DMA, mapping(memory.address + at, at, 4096n));
    }
    unmap({ iova: 0n, size: 0x2000n });
    expect(kernel.heldMappings).toBe(1);
    unmap({ iova: 0n, size: 0x10_0000n });
    expect(kernel.heldMappings).toBe(0);
  });

  it("is not held after a refusal", () => {
    const memory = kernel.allocate(4096);
    const misplaced = mapping(memory.address, 0x800n, 4096n);
    expect(() => kernel.ioctl(container, Vfio.IOMMU_MAP_DMA, misplaced)).toThrow(
      expect.objectContaining({ code: "EINVAL" }),
    );
    expect(kernel.heldMappings).toBe(0);
  });

  it("is held while a device keeps its container alive, whatever else is closed", () => {
    const device = kernel.ioctl(group, Vfio.GROUP_GET_DEVICE_FD, UUID);
    const memory = kernel.allocate(4096);
    kernel.ioctl(container, Vfio.IOMMU_MAP_DMA, mapping(memory.address, 0n, 4096n));
    const copy = kernel.dup(device);
    for (const fd of [container, group, device]) kernel.close(fd);
    expect(kernel.heldMappings).toBe(1);
    kernel.close(copy);
    expect(kernel.heldMappings).toBe(0);
  });

  it("is let go of with the last group", () => {
    const memory = kernel.allocate(4096);
    kernel.ioctl(container, Vfio.IOMMU_MAP_DMA, mapping(memory.address, 0n, 4096n));
    kernel.ioctl(group, Vfio.GROUP_UNSET_CONTAINER, 0);
    expect(kernel.heldMappings).toBe(0);
  });
});

function mapping(vaddr: bigint, iova: bigint, size: bigint): Uint8Array {
  const flags = DmaMapFlags.READ | DmaMapFlags.WRITE;
  return structs.iommuType1DmaMap.encode({ flags, vaddr, iova, size });
}

function unmap(values: { flags?: number; iova?: bigint; size?: bigint }): void {
  kernel.ioctl(container, Vfio.IOMMU_UNMAP_DMA, structs.iommuType1DmaUnmap.encode(values));
}

function int32(value: number): Uint8Array {
  return new Uint8Array(Int32Array.of(value).buffer);
}
