import { viewOf } from "../uapi/codec.js";
import { Feature } from "../uapi/flags.js";
import * as structs from "../uapi/structs.js";
import { BitmapBuffer } from "./bitmap-buffer.js";
import type { Device } from "./device.js";
import { bitmapBytes, DirtyBitmap } from "./dirty-bitmap.js";
import { address, integer, wrongType } from "./numbers.js";

/** A range of IOVAs to log, in bytes. */
export interface LoggedRange {
  readonly iova: number | bigint;
  readonly size: number | bigint;
}

const MAX_RANGES = 256;
const { size: RANGE } = structs.deviceFeatureDmaLoggingRange;

/** The device's own log of the pages that it has written: VFIO_DEVICE_FEATURE_DMA_LOGGING_*. */
export class DmaLogging {
  readonly #device: Device;

  /** @internal Programs use `device.dmaLogging`. */
  constructor(device: Device) {
    this.#device = device;
  }

  /** Whether the device has a log. */
  get supported(): boolean {
    return this.#device.features.has(Feature.DMA_LOGGING_START, "set");
  }

  /**
   * @param ranges 1 to 256, multiples of the page size, not overlapping
   * @param pageSize bytes that one bit of the log stands for; the device may take another
   * @throws VfioError ENOTTY without a log, EINVAL, EOVERFLOW
   */
  start(ranges: readonly LoggedRange[], pageSize = 4096): void {
    if (!Array.isArray(ranges)) throw wrongType(ranges, "ranges", "an array");
    integer(ranges.length, "ranges.length", { min: 1, max: MAX_RANGES });
    const { kernel, features } = this.#device;
    const memory = kernel.allocate(ranges.length * RANGE);
    try {
      const view = viewOf(memory.bytes);
      const { iova, length } = structs.deviceFeatureDmaLoggingRange.fields;
      ranges.forEach((range: LoggedRange, i) => {
        view.setBigUint64(i * RANGE + iova.offset, address(range.iova, "iova"), true);
        view.setBigUint64(i * RANGE + length.offset, address(range.size, "size"), true);
      });
      const control = structs.deviceFeatureDmaLoggingControl.encode({
        page_size: BigInt(integer(pageSize, "pageSize", { min: 1 })),
        num_ranges: ranges.length,
        ranges: memory.address,
      });
      features.set(Feature.DMA_LOGGING_START, control);
    } finally {
      memory.free();
    }
  }

  /** Idempotent. */
  stop(): void {
    this.#device.features.set(Feature.DMA_LOGGING_STOP);
  }

  /**
   * Pages of the range that the device has written since the last report.
   *
   * @throws VfioError EOPNOTSUPP on kernels without IOMMUFD, EINVAL, EOVERFLOW
   */
  report(iova: number | bigint, size: number | bigint, pageSize = 4096): DirtyBitmap {
    const range = {
      iova: address(iova, "iova"),
      size: address(size, "size"),
      pageSize: BigInt(integer(pageSize, "pageSize", { min: 1 })),
    };
    const buffer = new BitmapBuffer(this.#device.kernel);
    try {
      const memory = buffer.take(bitmapBytes(range.size, range.pageSize) || 8);
      const report = structs.deviceFeatureDmaLoggingReport.encode({
        iova: range.iova,
        length: range.size,
        page_size: range.pageSize,
        bitmap: memory.address,
      });
      this.#device.features.get(Feature.DMA_LOGGING_REPORT, report);
      return new DirtyBitmap({ ...range, bytes: memory.bytes.slice() });
    } finally {
      buffer.free();
    }
  }
}
