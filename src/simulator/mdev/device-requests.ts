/** The informational ioctls as the sample drivers answer them, alike in all three. */

import { Errno } from "../../errno.js";
import { DeviceFlags } from "../../uapi/flags.js";
import * as structs from "../../uapi/structs.js";
import { readStruct, type UserArgument, writeU32 } from "../core/argument.js";
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
  const info = readChecked(argument, structs.deviceInfo, leastDeviceInfo);
  if (typeof info === "number") return info;
  return writeU32(argument, 4, DeviceFlags.PCI, regions, irqs) ? 0 : -Errno.EFAULT;
}

/** VFIO_DEVICE_GET_REGION_INFO of a device without capabilities: `cap_offset` stays as it is. */
export function answerRegionInfo(
  argument: UserArgument,
  regionOf: (index: number) => RegionAnswer | undefined,
): Result {
  const { regionInfo } = structs;
  const info = readChecked(argument, regionInfo, regionInfo.size);
  if (typeof info === "number") return info;
  const region = regionOf(info.index);
  if (region === undefined) return -Errno.EINVAL;
  const size = BigInt(region.size);
  const offset = BigInt(region.offset);
  const answer = regionInfo.encode({ ...info, flags: region.flags, size, offset });
  return argument.write(answer) ? 0 : -Errno.EFAULT;
}

/** VFIO_DEVICE_GET_IRQ_INFO: indices from `irqs` on are EINVAL, and those without an answer. */
export function answerIrqInfo(
  argument: UserArgument,
  { irqs, irqOf }: { irqs: number; irqOf: (index: number) => IrqAnswer | undefined },
): Result {
  const { irqInfo } = structs;
  const info = readChecked(argument, irqInfo, irqInfo.size);
  if (typeof info === "number") return info;
  const irq = info.index < irqs ? irqOf(info.index) : undefined;
  if (irq === undefined) return -Errno.EINVAL;
  return argument.write(irqInfo.encode({ ...info, ...irq })) ? 0 : -Errno.EFAULT;
}

/** The argsz law: EFAULT when the least cannot be read, EINVAL when argsz is less than it. */
export function readChecked<Values extends { argsz: number }>(
  argument: UserArgument,
  layout: { decode(bytes: Uint8Array): Values },
  least: number,
): Values | Result {
  const values = readStruct(argument, layout, least);
  if (values === undefined) return -Errno.EFAULT;
  return values.argsz < least ? -Errno.EINVAL : values;
}
