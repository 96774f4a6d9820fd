import { Errno } from "../../errno.js";
import { FeatureFlags } from "../../uapi/flags.js";
import { offsetArgument, type UserArgument } from "./argument.js";
import type { Client } from "./client.js";
import { copyLeast } from "./request-table.js";
import type { Result } from "./result.js";
import type { VfioDevice } from "./vfio-device.js";

const HEADER = 8;
const KNOWN = FeatureFlags.MASK | FeatureFlags.GET | FeatureFlags.SET | FeatureFlags.PROBE;

// drivers/vfio/vfio_main.c: vfio_ioctl_device_feature()
export function deviceFeature(device: VfioDevice, client: Client, argument: UserArgument): Result {
  const bytes = copyLeast(argument, HEADER, KNOWN);
  if (typeof bytes === "number") return bytes;
  const flags = bytes.getUint32(4, true);
  const both = FeatureFlags.GET | FeatureFlags.SET;
  if ((flags & both) === both && (flags & FeatureFlags.PROBE) === 0) return -Errno.EINVAL;
  const data = offsetArgument(argument, HEADER);
  const argsz = bytes.getUint32(0, true) - HEADER;
  return device.ops.deviceFeature?.(client, flags, data, argsz) ?? -Errno.ENOTTY;
}

/**
 * What every feature checks first: 1 to go on, 0 for a probe that is answered, or an error.
 *
 * include/linux/vfio.h: vfio_check_feature()
 */
export function checkFeature(
  flags: number,
  argsz: number,
  supported: number,
  leastSize: number,
): Result {
  if ((flags & (FeatureFlags.GET | FeatureFlags.SET) & ~supported) !== 0) return -Errno.EINVAL;
  if ((flags & FeatureFlags.PROBE) !== 0) return 0;
  if ((flags & (FeatureFlags.GET | FeatureFlags.SET)) === 0) return -Errno.EINVAL;
  return argsz < leastSize ? -Errno.EINVAL : 1;
}
