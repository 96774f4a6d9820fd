import { Errno } from "../../../errno.js";
import { PciRegion, RegionCap, RegionFlags } from "../../../uapi/flags.js";
import { regionInfo, regionInfoCapType } from "../../../uapi/structs.js";
import type { UserArgument } from "../../core/argument.js";
import { copyLeast } from "../../core/request-table.js";
import type { Result } from "../../core/result.js";
import { configSize } from "../../mdev/config-bytes.js";
import { leading, type RegionAnswer, setRegion } from "../../mdev/device-requests.js";
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
  const info = copyLeast(argument, regionInfo.size);
  if (typeof info === "number") return info;
  const { fields } = regionInfo;
  const argsz = fields.argsz.get(info);
  if (!rules.commonRules && argsz > wholeSize) return -Errno.EINVAL;
  const index = fields.index.get(info);
  const region = regionOf(index, rules.memorySize);
  if (region === undefined) return -Errno.EINVAL;
  setRegion(info, region);
  const answer = { info, argsz, isEdid: index === edidRegion };
  const bytes = rules.commonRules ? commonAnswer(answer) : ownAnswer(answer, rules);
  return argument.write(bytes) ? 0 : -Errno.EFAULT;
}

/** A region's info, filled in but for its capability. */
interface Answer {
  readonly info: DataView;
  /** What the caller has room for. */
  readonly argsz: number;
  readonly isEdid: boolean;
}

/** drivers/vfio/vfio_main.c: vfio_get_region_info(): the capability only where there is room. */
function commonAnswer({ info, argsz, isEdid }: Answer): Uint8Array {
  if (!isEdid) return leading(info, regionInfo.size);
  const room = argsz >= wholeSize;
  if (!room) regionInfo.fields.argsz.set(info, wholeSize);
  regionInfo.fields.cap_offset.set(info, room ? regionInfo.size : 0);
  return room ? withCapability(info) : leading(info, regionInfo.size);
}

/** samples/vfio-mdev/mbochs.c: mbochs_ioctl(): as many bytes as asked for, written or not. */
function ownAnswer({ info, argsz, isEdid }: Answer, rules: RegionInfoRules): Uint8Array {
  if (isEdid) {
    regionInfo.fields.argsz.set(info, wholeSize);
    regionInfo.fields.cap_offset.set(info, regionInfo.size);
    return withCapability(info).subarray(0, argsz);
  }
  const bytes = new Uint8Array(argsz);
  bytes.set(leading(info, regionInfo.size));
  for (let at = regionInfo.size; at < argsz; at += 1) {
    bytes[at] = rules.undefinedByte("region info behind its end");
  }
  return bytes;
}

function withCapability(info: DataView): Uint8Array {
  const bytes = new Uint8Array(wholeSize);
  bytes.set(leading(info, regionInfo.size));
  bytes.set(edidCapability, regionInfo.size);
  return bytes;
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
