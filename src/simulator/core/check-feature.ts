import { Errno } from "../../errno.js";
import { FeatureFlags } from "../../uapi/flags.js";
import type { UserArgument } from "./argument.js";
import type { Client } from "./client.js";
import type { Result } from "./result.js";
import type { VfioDevice } from "./vfio-device.js";

/** One use of DEVICE_FEATURE that has passed the checks of its header. */
export interface FeatureCall {
  readonly device: VfioDevice;
  readonly client: Client;
  /** The number and `FeatureFlags`. */
  readonly flags: number;
  /** The feature's data, behind the header. */
  readonly data: UserArgument;
  /** Length of the data. */
  readonly size: number;
}

/**
 * What every feature checks first: 1 to go on, 0 for a probe that is answered, or an error.
 *
 * include/linux/vfio.h: vfio_check_feature()
 *
 * @param size length of the data behind the header
 * @param supported `FeatureFlags.GET`, `SET` or both
 */
export function checkFeature(
  flags: number,
  size: number,
  supported: number,
  leastSize: number,
): Result {
  if ((flags & (FeatureFlags.GET | FeatureFlags.SET) & ~supported) !== 0) return -Errno.EINVAL;
  if ((flags & FeatureFlags.PROBE) !== 0) return 0;
  if ((flags & (FeatureFlags.GET | FeatureFlags.SET)) === 0) return -Errno.EINVAL;
  return size < leastSize ? -Errno.EINVAL : 1;
}
