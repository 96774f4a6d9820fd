import { Errno } from "../../errno.js";
import { GfxPlaneFlags } from "../../uapi/flags.js";
import { deviceGfxPlaneInfo } from "../../uapi/structs.js";
import type { UserArgument } from "../core/argument.js";
import type { Result } from "../core/result.js";
import { readChecked } from "./device-requests.js";

/** What QUERY_GFX_PLANE tells of a plane. Sizes in bytes, positions in pixels. */
export interface GfxPlane {
  readonly drm_format: number;
  readonly width: number;
  readonly height: number;
  readonly stride: number;
  readonly size: number;
  /** A region's index, or the number of a dma-buf, as the plane is asked for. */
  readonly region_index: number;
}

/** No plane: nothing is shown. */
export const noPlane: GfxPlane = {
  drm_format: 0,
  width: 0,
  height: 0,
  stride: 0,
  size: 0,
  region_index: 0,
};

/** The struct up to region_index. */
const least = 60;

/**
 * VFIO_DEVICE_QUERY_GFX_PLANE of a device that offers planes in one way (`kind`: REGION or DMABUF).
 * A probe changes nothing; anything else than a probe or a query of that way is EINVAL.
 *
 * samples/vfio-mdev: mdpy_query_gfx_plane(), mbochs_query_gfx_plane()
 */
export function answerGfxPlane(
  argument: UserArgument,
  kind: number,
  planeOf: (planeType: number) => GfxPlane | Result,
): Result {
  const info = readChecked(argument, deviceGfxPlaneInfo, least);
  if (typeof info === "number") return info;
  if ((info.flags & GfxPlaneFlags.PROBE) !== 0) {
    return info.flags === (GfxPlaneFlags.PROBE | kind) ? 0 : -Errno.EINVAL;
  }
  if (info.flags !== kind) return -Errno.EINVAL;
  const plane = planeOf(info.drm_plane_type);
  if (typeof plane === "number") return plane;
  const { argsz, flags, drm_plane_type } = info;
  const answer = deviceGfxPlaneInfo.encode({ argsz, flags, drm_plane_type, ...plane });
  return argument.write(answer.subarray(0, least)) ? 0 : -Errno.EFAULT;
}
