/** The informational ioctls as the sample drivers answer them, alike in all three. */

import { Errno } from "../../errno.js";
import { DeviceFlags } from "../../uapi/flags.js";
import { irqInfo, regionInfo } from "../../uapi/structs.js";
import { type UserArgument, writeU32 } from "../core/argument.js";
import { copyLeast } from "../core/request-table.js";
import type { Result } from "../core/result.js";

/** What GET_REGION_INFO tells of a region. Offsets are file positions. */
export interface RegionAnswer {
  readonly flags: number;
  readonly size: number;
  readonly offset: number;
}

/** What GET_IRQ_INFO tells of an index; without flags the caller's own stay. */
export interface IrqAnswer {
  readonly flags?: number;
  readonly count: number;
}

/** Least argsz of struct vfio_device_info: up to num_irqs. */
const leastDeviceInfo = 16;

/** VFIO_DEVICE_GET_INFO of a PCI-like device: four words, whatever argsz is. */
export function answerInfo(
  argument: UserArgument,
  { regions, irqs }: { regions: number; irqs: number },
): Result {
  const info = copyLeast(argument, leastDeviceInfo);
  if (typeof info === "number") return info;
  return writeU32(argument, 4, DeviceFlags.PCI, regions, irqs) ? 0 : -Errno.EFAULT;
}

/** VFIO_DEVICE_GET_REGION_INFO of a device without capabilities: `cap_offset` stays as it is. */
export function answerRegionInfo(
  argument: UserArgument,
  regionOf: (index: number) => RegionAnswer | undefined,
): Result {
  const info = copyLeast(argument, regionInfo.size);
  if (typeof info === "number") return info;
  const region = regionOf(regionInfo.fields.index.get(info));
  if (region === undefined) return -Errno.EINVAL;
  setRegion(info, region);
  return argument.write(leading(info, regionInfo.size)) ? 0 : -Errno.EFAULT;
}

/** Puts a region into a struct vfio_region_info. */
export function setRegion(info: DataView, { flags, size, offset }: RegionAnswer): void {
  const { fields } = regionInfo;
  fields.flags.set(info, flags);
  setUint64(info, fields.size.offset, size);
  setUint64(info, fields.offset.offset, offset);
}

/** VFIO_DEVICE_GET_IRQ_INFO: indices from `irqs` on are EINVAL, and those without an answer. */
export function answerIrqInfo(
  argument: UserArgument,
  { irqs, irqOf }: { irqs: number; irqOf: (index: number) => IrqAnswer | undefined },
): Result {
  const info = copyLeast(argument, irqInfo.size);
  if (typeof info === "number") return info;
  const { fields } = irqInfo;
  const index = fields.index.get(info);
  const irq = index < irqs ? irqOf(index) : undefined;
  if (irq === undefined) return -Errno.EINVAL;
  if (irq.flags !== undefined) fields.flags.set(info, irq.flags);
  fields.count.set(info, irq.count);
  return argument.write(leading(info, irqInfo.size)) ? 0 : -Errno.EFAULT;
}

/** The first so many bytes of a view, which may be of more. */
export function leading(view: DataView, length: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, length);
}

/** A 64-bit field from a Number, which is exact up to 2^53. */
function setUint64(view: DataView, offset: number, value: number): void {
  view.setUint32(offset, value % 2 ** 32, true);
  view.setUint32(offset + 4, Math.floor(value / 2 ** 32), true);
}
