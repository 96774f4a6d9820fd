import { Errno } from "../../errno.js";
import { FeatureFlags } from "../../uapi/flags.js";
import * as structs from "../../uapi/structs.js";
import { readStruct } from "./argument.js";
import { checkFeature, type FeatureCall } from "./check-feature.js";
import type { Client } from "./client.js";
import type { Result } from "./result.js";

/** A range of IOVAs whose dirty pages are to be logged. Both ends included. */
export interface LoggedRange {
  readonly start: bigint;
  readonly last: bigint;
}

/** Called with each piece that a device has written, in bytes. */
export type MarkDirty = (iova: bigint, length: bigint) => void;

/** struct vfio_log_ops: a device that logs what it writes by DMA. */
export interface DmaLoggingOps {
  /** The page size that it logs by, or a negative error number. */
  start(ranges: readonly LoggedRange[], pageSize: bigint): bigint | Result;
  stop(): Result;
  /** Marks the pages it has written in a range, and forgets them. */
  readAndClear(iova: bigint, length: bigint, mark: MarkDirty): Result;
}

/** LOG_MAX_RANGES: ranges that fit into one kernel page. */
const mostRanges = 256;
const top = 2n ** 64n;

// drivers/vfio/vfio_main.c: vfio_ioctl_device_feature_logging_start()
export function startLogging({ device, client, flags, data, size }: FeatureCall): Result {
  const { dmaLogging } = device.ops;
  if (dmaLogging === undefined) return -Errno.ENOTTY;
  const layout = structs.deviceFeatureDmaLoggingControl;
  const go = checkFeature(flags, size, FeatureFlags.SET, layout.size);
  if (go !== 1) return go;
  const control = readStruct(data, layout, layout.size);
  if (control === undefined) return -Errno.EFAULT;
  if (control.num_ranges === 0) return -Errno.EINVAL;
  if (control.num_ranges > mostRanges) return -Errno.E2BIG;
  const ranges = readRanges(client, Number(control.ranges), control);
  if (typeof ranges === "number") return ranges;
  const started = dmaLogging.start(ranges, control.page_size);
  if (typeof started === "number") return started;
  if (data.write(layout.encode({ ...control, page_size: started }))) return 0;
  dmaLogging.stop();
  return -Errno.EFAULT;
}

// drivers/vfio/vfio_main.c: vfio_ioctl_device_feature_logging_stop()
export function stopLogging({ device, flags, size }: FeatureCall): Result {
  const { dmaLogging } = device.ops;
  if (dmaLogging === undefined) return -Errno.ENOTTY;
  const go = checkFeature(flags, size, FeatureFlags.SET, 0);
  return go === 1 ? dmaLogging.stop() : go;
}

// drivers/vfio/vfio_main.c: vfio_ioctl_device_feature_logging_report()
export function reportLogging({ device, client, flags, data, size }: FeatureCall): Result {
  const { dmaLogging } = device.ops;
  if (dmaLogging === undefined) return -Errno.ENOTTY;
  const layout = structs.deviceFeatureDmaLoggingReport;
  const go = checkFeature(flags, size, FeatureFlags.GET, layout.size);
  if (go !== 1) return go;
  const asked = readStruct(data, layout, layout.size);
  if (asked === undefined) return -Errno.EFAULT;
  const { iova, length, page_size, bitmap } = asked;
  if (page_size < 4096n || (page_size & (page_size - 1n)) !== 0n) return -Errno.EINVAL;
  if (iova + length >= top) return -Errno.EOVERFLOW;
  if (!device.machine.profile.iovaBitmap) return -Errno.EOPNOTSUPP;
  return dmaLogging.readAndClear(iova, length, (at, bytes) => {
    const first = Number((at - iova) / page_size);
    const last = Number((at + bytes - 1n - iova) / page_size);
    markBits(client, Number(bitmap), first, last);
  });
}

function readRanges(
  client: Client,
  address: number,
  { num_ranges, page_size }: { num_ranges: number; page_size: bigint },
): LoggedRange[] | Result {
  const ranges: LoggedRange[] = [];
  const bytes = new Uint8Array(structs.deviceFeatureDmaLoggingRange.size);
  for (let n = 0; n < num_ranges; n += 1) {
    if (!client.memory.read(address + n * bytes.length, bytes)) return -Errno.EFAULT;
    const range = readRange(bytes, page_size, ranges);
    if (typeof range === "number") return range;
    ranges.push(range);
  }
  return ranges;
}

/** One range, or why it is refused: alignment, the end of the space, an earlier range. */
function readRange(
  bytes: Uint8Array,
  pageSize: bigint,
  earlier: readonly LoggedRange[],
): LoggedRange | Result {
  const { iova, length } = structs.deviceFeatureDmaLoggingRange.decode(bytes);
  const inPage = BigInt.asUintN(64, pageSize - 1n);
  if ((iova & inPage) !== 0n || (length & inPage) !== 0n) return -Errno.EINVAL;
  if (iova + length >= top) return -Errno.EOVERFLOW;
  const range = { start: iova, last: BigInt.asUintN(64, iova + length - 1n) };
  const overlaps = earlier.some((other) => other.start <= range.last && range.start <= other.last);
  return overlaps ? -Errno.EINVAL : range;
}

/**
 * drivers/vfio/iova_bitmap.c: iova_bitmap_set(): bits of the client's bitmap, both ends included.
 */
function markBits({ memory }: Client, bitmap: number, first: number, last: number): void {
  const byte = new Uint8Array(1);
  for (let bit = first; bit <= last; bit += 1) {
    const at = bitmap + Math.floor(bit / 8);
    if (!memory.read(at, byte)) return;
    byte[0] = (byte[0] as number) | (1 << (bit % 8));
    memory.write(at, byte);
  }
}
