import { isVfioError } from "../errors.js";
import { FeatureFlags } from "../uapi/flags.js";
import { Vfio } from "../uapi/requests.js";
import * as structs from "../uapi/structs.js";
import type { Device } from "./device.js";

const NOTHING = new Uint8Array(0);
const { size: HEADER } = structs.deviceFeature;

/** VFIO_DEVICE_FEATURE as it is. Those that most programs want have objects of their own. */
export class DeviceFeatures {
  readonly #device: Device;

  /** @internal Programs use `device.features`. */
  constructor(device: Device) {
    this.#device = device;
  }

  /** Whether the device has a `Feature`, to get or to set. Nothing else happens. */
  has(feature: number, operation: "get" | "set"): boolean {
    const flag = operation === "get" ? FeatureFlags.GET : FeatureFlags.SET;
    try {
      this.#send(feature | flag | FeatureFlags.PROBE, NOTHING);
      return true;
    } catch (error) {
      if (isVfioError(error, "ENOTTY") || isVfioError(error, "EINVAL")) return false;
      throw error;
    }
  }

  /**
   * @param data what the kernel reads and writes behind the header
   * @returns the data as the kernel left it
   * @throws VfioError ENOTTY where the device does not have it, EINVAL
   */
  get(feature: number, data: Uint8Array): Uint8Array {
    return this.#send(feature | FeatureFlags.GET, data);
  }

  /** @returns the data as the kernel left it. @throws as `get` */
  set(feature: number, data: Uint8Array = NOTHING): Uint8Array {
    return this.#send(feature | FeatureFlags.SET, data);
  }

  #send(flags: number, data: Uint8Array): Uint8Array {
    const { kernel, fd } = this.#device;
    const bytes = structs.deviceFeature.encode({ flags }, data.length);
    bytes.set(data, HEADER);
    kernel.ioctl(fd, Vfio.DEVICE_FEATURE, bytes);
    return bytes.subarray(HEADER);
  }
}
