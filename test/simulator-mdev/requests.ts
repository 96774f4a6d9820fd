import type { SimulatedKernel } from "../../src/simulator/kernel.js";
import { Feature, FeatureFlags, structs, Vfio, viewOf } from "../../src/uapi/index.js";
import { answer } from "./opened-device.js";

/** GET_INFO, after which an mtty and an mdpy know their own interrupts. */
export function getInfo(kernel: SimulatedKernel, device: number): void {
  kernel.ioctl(device, Vfio.DEVICE_GET_INFO, structs.deviceInfo.encode({}));
}

/** SET_IRQS with these fields and this data behind them. */
export function setIrqs(
  kernel: SimulatedKernel,
  device: number,
  fields: { flags: number; index?: number; start?: number; count?: number },
  data: Uint8Array = new Uint8Array(0),
): number | string {
  const { flags, index = 0, start = 0, count = 1 } = fields;
  const request = structs.irqSet.encode({ flags, index, start, count }, data.length);
  request.set(data, structs.irqSet.size);
  return answer(() => kernel.ioctl(device, Vfio.DEVICE_SET_IRQS, request));
}

/** Descriptors as the data of SET_IRQS. */
export function fds(...numbers: number[]): Uint8Array {
  return new Uint8Array(Int32Array.from(numbers).buffer);
}

/** How often an eventfd was signalled since it was asked last. */
export function signals(kernel: SimulatedKernel, eventfd: number): number {
  const count = new Uint8Array(8);
  if (answer(() => kernel.read(eventfd, count)) === "EAGAIN") return 0;
  return Number(viewOf(count).getBigUint64(0, true));
}

/** Goes to a migration state: the stream's descriptor (-1 for none), or the code of the error. */
export function setState(kernel: SimulatedKernel, device: number, state: number): number | string {
  const { deviceFeature, deviceFeatureMigState } = structs;
  const flags = Feature.MIG_DEVICE_STATE | FeatureFlags.SET;
  const request = deviceFeature.encode({ flags }, deviceFeatureMigState.size);
  const data = request.subarray(deviceFeature.size);
  data.set(deviceFeatureMigState.encode({ device_state: state, data_fd: 77 }));
  const result = answer(() => kernel.ioctl(device, Vfio.DEVICE_FEATURE, request));
  return typeof result === "string" ? result : deviceFeatureMigState.decode(data).data_fd;
}

/** The migration state. */
export function getState(kernel: SimulatedKernel, device: number): number {
  const { deviceFeature, deviceFeatureMigState } = structs;
  const flags = Feature.MIG_DEVICE_STATE | FeatureFlags.GET;
  const request = deviceFeature.encode({ flags }, deviceFeatureMigState.size);
  kernel.ioctl(device, Vfio.DEVICE_FEATURE, request);
  return deviceFeatureMigState.decode(request.subarray(deviceFeature.size)).device_state;
}

/** One byte of a region at a file position. */
export function readByte(kernel: SimulatedKernel, device: number, position: number): number {
  const target = new Uint8Array(1);
  kernel.pread(device, target, position);
  return target[0]!;
}

/** Writes one byte to a file position. */
export function writeByte(
  kernel: SimulatedKernel,
  device: number,
  position: number,
  value: number,
): void {
  kernel.pwrite(device, Uint8Array.of(value), position);
}

/** Bytes from a file position on. */
export function readBytes(
  kernel: SimulatedKernel,
  device: number,
  position: number,
  length: number,
): Uint8Array {
  const target = new Uint8Array(length);
  kernel.pread(device, target, position);
  return target;
}

/** A little-endian number of so many bytes, as the data of a write. */
export function word(value: number, width = 4): Uint8Array {
  return Uint8Array.from({ length: width }, (_, n) => Math.floor(value / 2 ** (8 * n)) & 0xff);
}
