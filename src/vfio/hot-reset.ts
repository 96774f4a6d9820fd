import { isVfioError } from "../errors.js";
import { explained } from "../hints/explain.js";
import { hotResetHint } from "../hints/hot-reset.js";
import type { Fd, Kernel } from "../kernel.js";
import { viewOf } from "../uapi/codec.js";
import { Vfio } from "../uapi/requests.js";
import * as structs from "../uapi/structs.js";
import { ioctlCall, type Step } from "./steps.js";

/** A function that a reset of the bus or slot would hit. */
export interface HotResetDevice {
  /** `0000:02:01.0` */
  readonly name: string;
  /** Its IOMMU group. */
  readonly group: number;
}

const { size: HEADER } = structs.pciHotResetInfo;
const { size: ENTRY } = structs.pciDependentDevice;
const FIRST_GUESS = 8;

/** VFIO_DEVICE_GET_PCI_HOT_RESET_INFO: all functions that a reset of the bus or slot would hit. */
export function hotResetInfo(kernel: Kernel, fd: Fd): HotResetDevice[] {
  let room = FIRST_GUESS;
  for (;;) {
    const bytes = structs.pciHotResetInfo.encode({}, room * ENTRY);
    try {
      kernel.ioctl(fd, Vfio.DEVICE_GET_PCI_HOT_RESET_INFO, bytes);
    } catch (error) {
      const { count } = structs.pciHotResetInfo.decode(bytes);
      if (!isVfioError(error, "ENOSPC") || count <= room) throw error;
      room = count;
      continue;
    }
    const { count } = structs.pciHotResetInfo.decode(bytes);
    return Array.from({ length: count }, (_, i) => decode(bytes.subarray(HEADER + i * ENTRY)));
  }
}

/** VFIO_DEVICE_PCI_HOT_RESET with the groups that show that all affected devices are ours. */
export function hotResetCall(kernel: Kernel, fd: Fd, groups: readonly Fd[]): Step {
  const bytes = structs.pciHotReset.encode({ count: groups.length }, 4 * groups.length);
  const view = viewOf(bytes);
  groups.forEach((group, i) => {
    view.setInt32(structs.pciHotReset.size + 4 * i, group, true);
  });
  return ioctlCall(kernel, fd, Vfio.DEVICE_PCI_HOT_RESET, bytes);
}

/** The error with what it means; the affected devices are asked for only then. */
export function hotResetError(
  error: unknown,
  facts: { affected(): readonly HotResetDevice[]; groups: readonly number[] },
): unknown {
  return explained(error, (cause) => ({ hint: hotResetHint(facts, cause) }));
}

function decode(bytes: Uint8Array): HotResetDevice {
  const { group_id, segment, bus, devfn } = structs.pciDependentDevice.decode(bytes);
  const hex = (value: number, digits: number) => value.toString(16).padStart(digits, "0");
  const name = `${hex(segment, 4)}:${hex(bus, 2)}:${hex(devfn >>> 3, 2)}.${devfn & 7}`;
  return { name, group: group_id };
}
