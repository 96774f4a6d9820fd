import { Errno } from "../../errno.js";
import { GfxPlaneFlags } from "../../uapi/flags.js";
import { deviceGfxPlaneInfo } from "../../uapi/structs.js";
import type { UserArgument } from "../core/argument.js";
import { copyLeast } from "../core/request-table.js";
import type { Result } from "../core/result.js";
import { leading } from "./device-requests.js";

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

const planeFields = ["drm_format", "width", "height", "stride", "size", "region_index"] as const;

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
  const info = copyLeast(argument, least);
  if (typeof info === "number") return info;
  const { fields } = deviceGfxPlaneInfo;
  const flags = fields.flags.get(info);
  if ((flags & GfxPlaneFlags.PROBE) !== 0) {
    return flags === (GfxPlaneFlags.PROBE | kind) ? 0 : -Errno.EINVAL;
  }
  if (flags !== kind) return -Errno.EINVAL;
  const plane = planeOf(fields.drm_plane_type.get(info));
  if (typeof plane === "number") return plane;
  const bytes = leading(info, least);
  bytes.fill(0, fields.drm_format.offset);
  for (const name of planeFields) fields[name].set(info, plane[name]);
  return argument.write(bytes) ? 0 : -Errno.EFAULT;
}
