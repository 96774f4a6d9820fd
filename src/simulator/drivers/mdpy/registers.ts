import { ro8, ro32 } from "../../../registers/index.js";

/**
 * The vendor capability in configuration space that tells a guest's driver about the framebuffer
 * (samples/vfio-mdev/mdpy-defs.h).
 */
export const mdpyRegisters = {
  /** 9: vendor specific. */
  capability: ro8(0x40),
  /** Length of the capability in bytes. */
  capabilitySize: ro8(0x42),
  /** A DRM format code; `XR24` is 4 bytes per pixel. */
  format: ro32(0x44),
  /** Pixels in a row. */
  width: ro32(0x48),
  /** Rows. */
  height: ro32(0x4c),
} as const;
