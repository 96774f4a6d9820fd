import { OpenFlags } from "../../src/kernel.js";
import type { SimulatedKernel } from "../../src/simulator/kernel.js";
import { type MachineOptions, SimulatedMachine } from "../../src/simulator/machine.js";
import { loadMdevSamples } from "../../src/simulator/mdev/samples.js";
import { Extension, Vfio } from "../../src/uapi/index.js";

/** The UUID of the first device; `uuid(1)` of the second. */
export function uuid(n = 0): string {
  return `83b8f4f2-509f-382f-3c1e-e6bfe0fa10${(n + 16).toString(16)}`;
}

/** A machine with the samples loaded, and a process on it. */
export function sampleMachine(options: MachineOptions = {}) {
  const machine = new SimulatedMachine(options);
  loadMdevSamples(machine);
  return { machine, kernel: machine.process() };
}

/** Where a type's directory is: `typePath("mtty-1")`. */
export function typePath(type: string): string {
  const parent = type.slice(0, type.indexOf("-"));
  return `/sys/class/mdev_bus/${parent}/mdev_supported_types/${type}`;
}

/** Creates a device; returns its directory. */
export function create(kernel: SimulatedKernel, type: string, name = uuid()): string {
  kernel.sysfs.write(`${typePath(type)}/create`, name);
  return `/sys/bus/mdev/devices/${name}`;
}

/** A device with its group and container. */
export interface OpenedDevice {
  readonly container: number;
  readonly group: number;
  readonly device: number;
}

/** Opens a created device by way of its group and a new container. */
export function open(kernel: SimulatedKernel, name = uuid()): OpenedDevice {
  const link = kernel.sysfs.readlink(`/sys/bus/mdev/devices/${name}/iommu_group`);
  const group = kernel.open(`/dev/vfio/${link.split("/").at(-1)}`, OpenFlags.readWrite);
  const container = kernel.open("/dev/vfio/vfio", OpenFlags.readWrite);
  kernel.ioctl(group, Vfio.GROUP_SET_CONTAINER, new Uint8Array(Int32Array.of(container).buffer));
  kernel.ioctl(container, Vfio.SET_IOMMU, Extension.TYPE1v2_IOMMU);
  const device = kernel.ioctl(group, Vfio.GROUP_GET_DEVICE_FD, name);
  return { container, group, device };
}

/** Creates a device of a type and opens it. */
export function openNew(kernel: SimulatedKernel, type: string, name = uuid()): OpenedDevice {
  create(kernel, type, name);
  return open(kernel, name);
}

/** Closes all three. */
export function close(kernel: SimulatedKernel, { device, group, container }: OpenedDevice): void {
  for (const fd of [device, group, container]) kernel.close(fd);
}

/** The result of a call, or the code of the error that it threw: `"EINVAL"`. */
export function answer<Value>(call: () => Value): Value | string {
  try {
    return call();
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    if (typeof code !== "string") throw error;
    return code;
  }
}
