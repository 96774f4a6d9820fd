import { Errno } from "../../../errno.js";
import { PciRegion, RegionCap, RegionFlags } from "../../../uapi/flags.js";
import { regionInfo, regionInfoCapType } from "../../../uapi/structs.js";
import type { UserArgument } from "../../core/argument.js";
import type { Result } from "../../core/result.js";
import { configSize } from "../../mdev/config-bytes.js";
import { type RegionAnswer, readChecked } from "../../mdev/device-requests.js";
import { edidRegionSize } from "./edid.js";

/** Regions of an mbochs: those of any PCI device, and the EDID region. */
export const mbochsRegions = 10;
const edidRegion = 9;

/** Where each part is in the file. */
export const mbochsPositions = { config: 0, mmio: 0x1000, edid: 0x2000, memory: 0x3000 } as const;

/** Bytes of BAR 2. */
export const mmioSize = 0x1000;

const { READ, WRITE, MMAP, CAPS } = RegionFlags;

/** A region's info and the capability that tells what the EDID region is, one behind the other. */
const wholeSize = regionInfo.size + regionInfoCapType.size;

const edidCapability = regionInfoCapType.encode({
  id: RegionCap.TYPE,
  version: 1,
  type: 1,
  subtype: 1,
});

/** How a kernel answers: with the common rules for capabilities, or in the driver's own way. */
export interface RegionInfoRules {
  readonly memorySize: number;
  readonly commonRules: boolean;
  undefinedByte(where: string): number;
}

/** VFIO_DEVICE_GET_REGION_INFO of an mbochs. */
export function answerMbochsRegionInfo(argument: UserArgument, rules: RegionInfoRules): Result {
  const info = readChecked(argument, regionInfo, regionInfo.size);
  if (typeof info === "number") return info;
  if (!rules.commonRules && info.argsz > wholeSize) return -Errno.EINVAL;
  const region = regionOf(info.index, rules.memorySize);
  if (region === undefined) return -Errno.EINVAL;
  const size = BigInt(region.size);
  const offset = BigInt(region.offset);
  const answer = { ...info, flags: region.flags, size, offset };
  const bytes = rules.commonRules
    ? commonAnswer(answer, info.index === edidRegion)
    : ownAnswer(answer, info.index === edidRegion, rules);
  return argument.write(bytes) ? 0 : -Errno.EFAULT;
}

type Answer = ReturnType<typeof regionInfo.decode>;

/** drivers/vfio/vfio_main.c: vfio_get_region_info(): the capability only where there is room. */
function commonAnswer(answer: Answer, isEdid: boolean): Uint8Array {
  if (!isEdid) return regionInfo.encode(answer);
  if (answer.argsz < wholeSize) {
    return regionInfo.encode({ ...answer, argsz: wholeSize, cap_offset: 0 });
  }
  const bytes = regionInfo.encode(
    { ...answer, cap_offset: regionInfo.size },
    edidCapability.length,
  );
  bytes.set(edidCapability, regionInfo.size);
  return bytes;
}

/** samples/vfio-mdev/mbochs.c: mbochs_ioctl(): as many bytes as asked for, written or not. */
function ownAnswer(answer: Answer, isEdid: boolean, rules: RegionInfoRules): Uint8Array {
  const asked = answer.argsz;
  const filled = isEdid ? { ...answer, argsz: wholeSize, cap_offset: regionInfo.size } : answer;
  const bytes = regionInfo.encode(filled, edidCapability.length);
  if (isEdid) bytes.set(edidCapability, regionInfo.size);
  else {
    for (let at = regionInfo.size; at < asked; at += 1) {
      bytes[at] = rules.undefinedByte("region info behind its end");
    }
  }
  return bytes.subarray(0, asked);
}

// samples/vfio-mdev/mbochs.c: mbochs_get_region_info()
function regionOf(index: number, memorySize: number): RegionAnswer | undefined {
  const { config, mmio, edid, memory } = mbochsPositions;
  switch (index) {
    case PciRegion.CONFIG:
      return { flags: READ | WRITE, size: configSize, offset: config };
    case PciRegion.BAR0:
      return { flags: READ | WRITE | MMAP, size: memorySize, offset: memory };
    case PciRegion.BAR2:
      return { flags: READ | WRITE, size: mmioSize, offset: mmio };
    case edidRegion:
      return { flags: READ | WRITE | CAPS, size: edidRegionSize, offset: edid };
    default:
      return index < mbochsRegions ? { flags: 0, size: 0, offset: 0 } : undefined;
  }
}
