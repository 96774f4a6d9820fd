import { isVfioError } from "../errors.js";
import type { Fd } from "../kernel.js";
import { viewOf } from "../uapi/codec.js";
import { GfxPlaneFlags } from "../uapi/flags.js";
import { Vfio } from "../uapi/requests.js";
import * as structs from "../uapi/structs.js";
import type { Device } from "./device.js";
import { integer } from "./numbers.js";
import { unlessInvalid } from "./unless-invalid.js";

/** How a picture is handed over: in a region of the device, or as a dma-buf. */
export type DisplayMode = "region" | "dmabuf";

/** `enum drm_plane_type`. */
export type PlaneType = "overlay" | "primary" | "cursor";

const modes = { region: GfxPlaneFlags.REGION, dmabuf: GfxPlaneFlags.DMABUF } as const;
const planeTypes = { overlay: 0, primary: 1, cursor: 2 } as const;

/** What a plane shows at this moment: VFIO_DEVICE_QUERY_GFX_PLANE. Sizes in pixels or bytes. */
export interface Plane {
  readonly mode: DisplayMode;
  /** DRM fourcc as text: `XR24`. */
  readonly format: string;
  /** DRM format modifier. */
  readonly modifier: bigint;
  readonly width: number;
  readonly height: number;
  /** Bytes from one row to the next. */
  readonly stride: number;
  /** Bytes of the picture. */
  readonly size: number;
  readonly x: number;
  readonly y: number;
  /** Where a cursor points. */
  readonly hotSpot: { readonly x: number; readonly y: number };
  /** The region's index, or the dma-buf's id: `display.dmabuf(id)`. */
  readonly source: number;
}

/** The screen of a virtual GPU. */
export class Display {
  readonly #device: Device;

  /** @internal Programs use `device.display`. */
  constructor(device: Device) {
    this.#device = device;
  }

  /** How the device hands pictures over; empty for one that has no screen. */
  get modes(): DisplayMode[] {
    const supports = (mode: DisplayMode) => {
      const ask = () => this.#query(GfxPlaneFlags.PROBE | modes[mode], 0);
      return unlessUnknown(ask) !== undefined;
    };
    return (["region", "dmabuf"] as const).filter(supports);
  }

  /**
   * What a plane shows; undefined while it shows nothing.
   *
   * @throws VfioError EINVAL for a mode that the device does not have, ENOTTY without a screen,
   *   ENOMEM (mbochs, for each picture that it has not shown before: ask again)
   */
  plane(mode: DisplayMode, type: PlaneType = "primary"): Plane | undefined {
    const bytes = this.#query(modes[mode], planeTypes[type]);
    const info = structs.deviceGfxPlaneInfo.decode(bytes);
    if (info.drm_format === 0) return undefined;
    return {
      mode,
      format: fourcc(info.drm_format),
      modifier: info.drm_format_mod,
      width: info.width,
      height: info.height,
      stride: info.stride,
      size: info.size,
      x: info.x_pos,
      y: info.y_pos,
      hotSpot: { x: info.x_hot, y: info.y_hot },
      source: info.region_index,
    };
  }

  /**
   * VFIO_DEVICE_GET_GFX_DMABUF: a dma-buf of a picture.
   *
   * @returns a descriptor that is the caller's to close
   * @throws VfioError ENOENT for an id that the device does not have
   */
  dmabuf(id: number): Fd {
    const bytes = new Uint8Array(4);
    viewOf(bytes).setUint32(0, integer(id, "id", { max: 0xffff_ffff }), true);
    const { kernel, fd } = this.#device;
    return kernel.ioctl(fd, Vfio.DEVICE_GET_GFX_DMABUF, bytes);
  }

  #query(flags: number, drm_plane_type: number): Uint8Array {
    const bytes = structs.deviceGfxPlaneInfo.encode({ flags, drm_plane_type });
    const { kernel, fd } = this.#device;
    kernel.ioctl(fd, Vfio.DEVICE_QUERY_GFX_PLANE, bytes);
    return bytes;
  }
}

function unlessUnknown<T>(ask: () => T): T | undefined {
  try {
    return unlessInvalid(ask);
  } catch (error) {
    if (isVfioError(error, "ENOTTY")) return undefined;
    throw error;
  }
}

function fourcc(code: number): string {
  return String.fromCharCode(...[0, 8, 16, 24].map((shift) => (code >>> shift) & 0xff));
}
