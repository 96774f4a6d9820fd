import { isVfioError } from "../../src/errors.js";
import { OpenFlags } from "../../src/kernel.js";
import type { Client } from "../../src/simulator/core/client.js";
import type { VfioDeviceOps } from "../../src/simulator/core/device-ops.js";
import type { MappedMemory, MmapRequest } from "../../src/simulator/core/file.js";
import {
  registerEmulatedDevice,
  registerGroupDevice,
  VfioDevice,
} from "../../src/simulator/core/vfio-device.js";
import type { HardwareIommu, IommuGroup } from "../../src/simulator/iommu/iommu-group.js";
import type { SimulatedKernel } from "../../src/simulator/kernel.js";
import { type MachineOptions, SimulatedMachine } from "../../src/simulator/machine.js";
import type { ProfileName } from "../../src/simulator/profile.js";
import { structs, Vfio } from "../../src/uapi/index.js";

/** The profiles that are compared with real kernels, in the order of the vectors' `a/b/c`. */
export const profileNames: readonly ProfileName[] = ["6.1", "6.12", "7.2"];

/** The IOMMU of the measured machines: 39 bits, 4 KiB, 2 MiB and 1 GiB pages, an MSI window. */
export const measuredIommu: HardwareIommu = {
  apertureEnd: 0x7f_ffff_ffffn,
  pageSizes: 0x4020_1000n,
  cacheCoherent: false,
  msiIsolation: true,
  reserved: [{ start: 0xfee0_0000n, end: 0xfeef_ffffn, type: "msi" }],
};

/** A device of nothing but a page of registers that keep what is written. */
export class TestDevice implements VfioDeviceOps {
  readonly name = "test-device";
  readonly bytes = new Uint8Array(0x1000);
  readonly requests: number[] = [];
  opens = 0;
  closes = 0;

  openDevice(): number {
    this.opens += 1;
    return 0;
  }

  closeDevice(): void {
    this.closes += 1;
  }

  read(_client: Client, target: Uint8Array, position: number): number {
    const part = this.bytes.subarray(position, position + target.length);
    target.set(part);
    return part.length;
  }

  write(_client: Client, source: Uint8Array, position: number): number {
    this.bytes.set(source, position);
    return source.length;
  }

  ioctl(_client: Client, request: number): number {
    return request === Vfio.DEVICE_RESET ? 0 : -25;
  }

  mmap(_client: Client, request: MmapRequest): MappedMemory | number {
    if (request.offset + request.length > this.bytes.length) return -22;
    return memory(this.bytes);
  }

  request(count: number): void {
    this.requests.push(count);
  }
}

function memory(bytes: Uint8Array): MappedMemory {
  const view = new DataView(bytes.buffer);
  return {
    accessible: true,
    bytes: undefined,
    read: (offset, width) =>
      width === 4
        ? view.getUint32(offset, true)
        : width === 2
          ? view.getUint16(offset, true)
          : view.getUint8(offset),
    write: (offset, width, value) => {
      if (width === 4) view.setUint32(offset, value, true);
      else if (width === 2) view.setUint16(offset, value, true);
      else view.setUint8(offset, value);
    },
    read64: (offset) => view.getBigUint64(offset, true),
    write64: (offset, value) => view.setBigUint64(offset, value, true),
  };
}

/** A machine with test devices, and one process. */
export class Bench {
  readonly machine: SimulatedMachine;
  readonly kernel: SimulatedKernel;

  constructor(options: MachineOptions = {}) {
    this.machine = new SimulatedMachine(options);
    this.kernel = this.machine.process();
  }

  /** A device in a group made up for it, as a mediated device is. */
  addEmulated<Ops extends VfioDeviceOps>(name: string, ops: Ops) {
    const directory = this.machine.sysfs.walk(`devices/virtual/test/${name}`);
    const device = new VfioDevice({ machine: this.machine, name, ops, directory });
    registerEmulatedDevice(device);
    return { ops, device, group: device.group as IommuGroup };
  }

  /** A device behind the machine's IOMMU, in a new group or one that is there. */
  addHardware<Ops extends VfioDeviceOps>(
    name: string,
    ops: Ops,
    options: { group?: IommuGroup; hardware?: HardwareIommu } = {},
  ) {
    const { group = this.newGroup(options.hardware) } = options;
    const directory = this.machine.sysfs.walk(`devices/pci0000:00/${name}`);
    const member = { name, directory, usesDmaApi: false };
    group.add(member);
    const device = new VfioDevice({ machine: this.machine, name, ops, directory });
    registerGroupDevice(device, group);
    return { ops, device, group, member };
  }

  newGroup(hardware: HardwareIommu = measuredIommu): IommuGroup {
    return this.machine.groups.allocate("hardware", { hardware });
  }

  openGroup({ id }: IommuGroup, kernel = this.kernel): number {
    return kernel.open(`/dev/vfio/${id}`, OpenFlags.readWrite);
  }

  openContainer(kernel = this.kernel): number {
    return kernel.open("/dev/vfio/vfio", OpenFlags.readWrite);
  }

  setContainer(group: number, container: number, kernel = this.kernel): number {
    return kernel.ioctl(group, Vfio.GROUP_SET_CONTAINER, int(container));
  }

  /** Container and group, joined, with an IOMMU of this type. */
  attach(iommuGroup: IommuGroup, type = 3, kernel = this.kernel) {
    const container = this.openContainer(kernel);
    const fd = this.openGroup(iommuGroup, kernel);
    this.setContainer(fd, container, kernel);
    kernel.ioctl(container, Vfio.SET_IOMMU, type);
    return { container, fd, dma: new DmaClient(kernel, container) };
  }
}

/** MAP_DMA and UNMAP_DMA in the vectors' notation. */
export class DmaClient {
  constructor(
    readonly kernel: SimulatedKernel,
    readonly container: number,
  ) {}

  map(flags: number, vaddr: bigint, iova: bigint, size: bigint, argsz = 32): string | number {
    const bytes = structs.iommuType1DmaMap.encode({ argsz, flags, vaddr, iova, size });
    return answer(() => this.kernel.ioctl(this.container, Vfio.IOMMU_MAP_DMA, bytes));
  }

  /** The result and the size field after the call. */
  unmap(flags: number, iova: bigint, size: bigint, argsz = 24): [string | number, bigint] {
    const bytes = structs.iommuType1DmaUnmap.encode({ argsz, flags, iova, size });
    const result = answer(() => this.kernel.ioctl(this.container, Vfio.IOMMU_UNMAP_DMA, bytes));
    return [result, structs.iommuType1DmaUnmap.decode(bytes).size];
  }
}

/** What a call returns, or the code of the error that it throws. */
export function answer<Value>(call: () => Value): Value | string {
  try {
    return call();
  } catch (error) {
    if (isVfioError(error)) return error.code;
    throw error;
  }
}

/** The bytes of an int. */
export function int(value: number): Uint8Array {
  return new Uint8Array(Int32Array.of(value).buffer);
}
