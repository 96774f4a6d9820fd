import { Errno } from "../../../errno.js";
import { Feature, FeatureFlags } from "../../../uapi/flags.js";
import * as structs from "../../../uapi/structs.js";
import { readStruct } from "../../core/argument.js";
import { checkFeature } from "../../core/device-feature.js";
import type { Result } from "../../core/result.js";
import type { FeatureCall } from "./migration-feature.js";

/** A range of IOVAs whose dirty pages are to be logged. Both ends included. */
export interface LoggedRange {
  readonly start: bigint;
  readonly last: bigint;
}

/** struct vfio_log_ops: a device that logs what it writes by DMA. */
export interface DmaLoggingOps {
  start(ranges: readonly LoggedRange[], pageSize: bigint): Result;
  stop(): Result;
  /** Fills the client's bitmap; undefined on a kernel that has no code for it (EOPNOTSUPP). */
  report: (() => Result) | undefined;
}

/** Ranges that fit into one kernel page. */
const mostRanges = 256;
const top = 2n ** 64n;

/** The DMA logging features of a device. ENOTTY for any other one. */
export function dmaLoggingFeature(ops: DmaLoggingOps, call: FeatureCall): Result {
  switch (call.flags & FeatureFlags.MASK) {
    case Feature.DMA_LOGGING_START:
      return start(ops, call);
    case Feature.DMA_LOGGING_STOP:
      return stop(ops, call);
    case Feature.DMA_LOGGING_REPORT:
      return report(ops, call);
    default:
      return -Errno.ENOTTY;
  }
}

// drivers/vfio/vfio_main.c: vfio_ioctl_device_feature_logging_start()
function start(ops: DmaLoggingOps, { client, flags, data, size }: FeatureCall): Result {
  const layout = structs.deviceFeatureDmaLoggingControl;
  const go = checkFeature(flags, size, FeatureFlags.SET, layout.size);
  if (go !== 1) return go;
  const control = readStruct(data, layout, layout.size);
  if (control === undefined) return -Errno.EFAULT;
  if (control.num_ranges === 0) return -Errno.EINVAL;
  if (control.num_ranges > mostRanges) return -Errno.E2BIG;

  const ranges: LoggedRange[] = [];
  const bytes = new Uint8Array(structs.deviceFeatureDmaLoggingRange.size);
  for (let n = 0; n < control.num_ranges; n += 1) {
    const address = Number(control.ranges) + n * bytes.length;
    if (!client.memory.read(address, bytes)) return -Errno.EFAULT;
    const range = readRange(bytes, control.page_size, ranges);
    if (typeof range === "number") return range;
    ranges.push(range);
  }
  const started = ops.start(ranges, control.page_size);
  if (started < 0 || data.write(layout.encode(control))) return started;
  ops.stop();
  return -Errno.EFAULT;
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

// drivers/vfio/vfio_main.c: vfio_ioctl_device_feature_logging_stop()
function stop(ops: DmaLoggingOps, { flags, size }: FeatureCall): Result {
  const go = checkFeature(flags, size, FeatureFlags.SET, 0);
  return go === 1 ? ops.stop() : go;
}

// drivers/vfio/vfio_main.c: vfio_ioctl_device_feature_logging_report()
function report(ops: DmaLoggingOps, { flags, data, size }: FeatureCall): Result {
  const layout = structs.deviceFeatureDmaLoggingReport;
  const go = checkFeature(flags, size, FeatureFlags.GET, layout.size);
  if (go !== 1) return go;
  const asked = readStruct(data, layout, layout.size);
  if (asked === undefined) return -Errno.EFAULT;
  const { iova, length, page_size } = asked;
  if (page_size < 4096n || (page_size & (page_size - 1n)) !== 0n) return -Errno.EINVAL;
  if (iova + length >= top) return -Errno.EOVERFLOW;
  return ops.report?.() ?? -Errno.EOPNOTSUPP;
}
