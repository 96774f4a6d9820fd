import { isVfioError } from "../../errors.js";
import { mbochsRegisters } from "../../simulator/drivers/mbochs/registers.js";
import { PciRegion } from "../../uapi/flags.js";
import type { Device } from "../../vfio/device.js";
import type { DisplayMode, Plane } from "../../vfio/display.js";
import type { Picture } from "./png.js";

/** The display interface of Bochs, which says where in video memory the picture is. */
const BOCHS = { vendor: 0x1234, device: 0x1111 } as const;

/** What a device's screen shows, and how it was handed over. */
export interface Screenshot {
  readonly plane: Plane;
  readonly picture: Picture;
}

/**
 * Takes what the primary plane shows at this moment.
 *
 * @throws Error for a device without a screen, one that shows nothing, or an unknown format
 */
export function takePicture(device: Device): Screenshot {
  const [mode] = device.display.modes;
  if (mode === undefined) throw new Error(`${device.name} has no screen`);
  const plane = planeOf(device, mode);
  if (plane === undefined) {
    throw new Error(`the screen of ${device.name} is off: nobody has set a mode`);
  }
  return { plane, picture: toRgb(plane, pixels(device, plane)) };
}

/** mbochs refuses with ENOMEM each picture that it has not shown before, and shows it then. */
function planeOf(device: Device, mode: DisplayMode): Plane | undefined {
  try {
    return device.display.plane(mode);
  } catch (error) {
    if (!isVfioError(error, "ENOMEM")) throw error;
    return device.display.plane(mode);
  }
}

function pixels(device: Device, plane: Plane): Uint8Array {
  const length = plane.stride * plane.height;
  if (plane.mode === "region") return device.region(plane.source).read(0, length);
  const { vendorId, deviceId } = device.config;
  if (vendorId !== BOCHS.vendor || deviceId !== BOCHS.device) {
    throw new Error(`${device.name} shows its pictures to graphics cards alone (dma-buf)`);
  }
  // mbochs' dma-bufs cannot be mapped: they are handed out read-only, and it wants them shared.
  const { xOffset, yOffset } = device.region(PciRegion.BAR2).registers(mbochsRegisters);
  const start = yOffset.read() * plane.stride + xOffset.read() * 4;
  return device.region(PciRegion.BAR0).read(start, length);
}

/** Bytes of a pixel's red, green and blue, by DRM format: little-endian words of 32 bits. */
const formats: Readonly<Record<string, readonly [red: number, green: number, blue: number]>> = {
  XR24: [2, 1, 0],
  AR24: [2, 1, 0],
  XB24: [0, 1, 2],
  AB24: [0, 1, 2],
};

function toRgb({ format, width, height, stride }: Plane, bytes: Uint8Array): Picture {
  const order = formats[format];
  if (order === undefined) {
    throw new Error(`the format ${format} is none of ${Object.keys(formats).join(", ")}`);
  }
  const [red, green, blue] = order;
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0, to = 0; y < height; y++) {
    for (let from = y * stride; from < y * stride + width * 4; from += 4, to += 3) {
      rgb[to] = bytes[from + red]!;
      rgb[to + 1] = bytes[from + green]!;
      rgb[to + 2] = bytes[from + blue]!;
    }
  }
  return { width, height, rgb };
}
