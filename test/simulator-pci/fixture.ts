import { isVfioError } from "../../src/errors.js";
import type { Kernel } from "../../src/kernel.js";
import { OpenFlags } from "../../src/kernel.js";
import { type MachineOptions, SimulatedMachine } from "../../src/simulator/machine.js";
import { pciHost } from "../../src/simulator/pci/host.js";
import { type PciPlug, plugPci } from "../../src/simulator/pci/index.js";
import { vfioPciDriver } from "../../src/simulator/pci/vfio/driver.js";
import { structs } from "../../src/uapi/index.js";
import { Vfio } from "../../src/uapi/requests.js";

/** Where a region is in a device's file. */
export const region = (index: number, offset = 0): number => index * 2 ** 40 + offset;

/** The code that a call fails with, or what it returns. */
export function outcome<T>(call: () => T): T | string {
  try {
    return call();
  } catch (error) {
    if (isVfioError(error)) return error.code;
    throw error;
  }
}

/** A machine with these functions and vfio-pci loaded. */
export function machineWith(plugs: readonly PciPlug[], options: MachineOptions = {}) {
  const machine = new SimulatedMachine(options);
  plugPci(machine, plugs);
  pciHost(machine).register(vfioPciDriver);
  return machine;
}

/** Binds a function to vfio-pci as people do. */
export function bind(kernel: Kernel, name: string): void {
  kernel.sysfs.write(`/sys/bus/pci/devices/${name}/driver_override`, "vfio-pci");
  kernel.sysfs.write("/sys/bus/pci/drivers_probe", name);
}

/** A container with the group of a function in it and the device open. */
export function openDevice(kernel: Kernel, name: string) {
  bind(kernel, name);
  const link = kernel.sysfs.readlink(`/sys/bus/pci/devices/${name}/iommu_group`);
  const number = link.split("/").at(-1)!;
  const container = kernel.open("/dev/vfio/vfio", OpenFlags.readWrite);
  const group = kernel.open(`/dev/vfio/${number}`, OpenFlags.readWrite);
  const word = new Uint8Array(Int32Array.of(container).buffer);
  kernel.ioctl(group, Vfio.GROUP_SET_CONTAINER, word);
  kernel.ioctl(container, Vfio.SET_IOMMU, 3);
  const device = kernel.ioctl(group, Vfio.GROUP_GET_DEVICE_FD, name);
  return { container, group, device, number: Number(number) };
}

/** SET_IRQS: flags, index, start, count, then bytes or descriptors. */
export function irqs(
  kernel: Kernel,
  device: number,
  [flags, index, start, count]: readonly [number, number, number, number],
  data: readonly number[] = [],
): number | string {
  const wide = (flags & 4) !== 0;
  const bytes = wide ? new Uint8Array(Int32Array.from(data).buffer) : Uint8Array.from(data);
  const argument = structs.irqSet.encode({ flags, index, start, count }, bytes.length);
  argument.set(bytes, structs.irqSet.size);
  return outcome(() => kernel.ioctl(device, Vfio.DEVICE_SET_IRQS, argument));
}

/** Reads registers through the file: hexadecimal bytes, or the code of the failure. */
export function read(kernel: Kernel, device: number, position: number, count: number): string {
  const target = new Uint8Array(count);
  const done = outcome(() => kernel.pread(device, target, position));
  if (typeof done === "string") return done;
  return Buffer.from(target.subarray(0, done)).toString("hex");
}

/** Writes hexadecimal bytes: how many were written, or the code of the failure. */
export function write(kernel: Kernel, device: number, position: number, hex: string) {
  return outcome(() => kernel.pwrite(device, Buffer.from(hex, "hex"), position));
}

/** What an eventfd has counted since it was last looked at. */
export function counted(kernel: Kernel, fd: number): number {
  const target = new Uint8Array(8);
  const done = outcome(() => kernel.read(fd, target));
  return done === "EAGAIN" ? 0 : Number(new DataView(target.buffer).getBigUint64(0, true));
}
