import { Errno } from "../../errno.js";
import { Feature, FeatureFlags } from "../../uapi/flags.js";
import { offsetArgument, type UserArgument } from "./argument.js";
import type { FeatureCall } from "./check-feature.js";
import type { Client } from "./client.js";
import { reportLogging, startLogging, stopLogging } from "./dma-logging.js";
import {
  deviceState,
  migrationDataSize,
  migrationFlags,
  precopyInfoV2,
} from "./migration-features.js";
import { copyLeast } from "./request-table.js";
import type { Result } from "./result.js";
import type { VfioDevice } from "./vfio-device.js";

export { checkFeature } from "./check-feature.js";

const HEADER = 8;
const KNOWN = FeatureFlags.MASK | FeatureFlags.GET | FeatureFlags.SET | FeatureFlags.PROBE;

/** Features that the core answers itself; all others go to the driver. */
const features: ReadonlyMap<number, (call: FeatureCall) => Result> = new Map([
  [Feature.MIGRATION, migrationFlags],
  [Feature.MIG_DEVICE_STATE, deviceState],
  [Feature.MIG_DATA_SIZE, migrationDataSize],
  [Feature.MIG_PRECOPY_INFOv2, precopyInfoV2],
  [Feature.DMA_LOGGING_START, startLogging],
  [Feature.DMA_LOGGING_STOP, stopLogging],
  [Feature.DMA_LOGGING_REPORT, reportLogging],
]);

// drivers/vfio/vfio_main.c: vfio_ioctl_device_feature()
export function deviceFeature(device: VfioDevice, client: Client, argument: UserArgument): Result {
  const bytes = copyLeast(argument, HEADER, KNOWN);
  if (typeof bytes === "number") return bytes;
  const flags = bytes.getUint32(4, true);
  const both = FeatureFlags.GET | FeatureFlags.SET;
  if ((flags & both) === both && (flags & FeatureFlags.PROBE) === 0) return -Errno.EINVAL;
  const number = flags & FeatureFlags.MASK;
  if (number > device.machine.profile.lastFeature) return -Errno.ENOTTY;
  const data = offsetArgument(argument, HEADER);
  const size = bytes.getUint32(0, true) - HEADER;
  const core = features.get(number);
  if (core !== undefined) return core({ device, client, flags, data, size });
  return device.ops.deviceFeature?.(client, flags, data, size) ?? -Errno.ENOTTY;
}
