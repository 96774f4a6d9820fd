import { bit, ro32, rw16, rw32 } from "../../../registers/index.js";

/**
 * The Bochs display interface (BAR 2 from 0x500), 2-byte accesses only. All registers are plain
 * storage, `id` and `videoMemory` included.
 */
export const mbochsRegisters = {
  /** 0xb0c5 after a reset. */
  id: rw16(0x500),
  width: rw16(0x502),
  height: rw16(0x504),
  /** Bits per pixel; only 32 show anything. */
  depth: rw16(0x506),
  enable: rw16(0x508, { display: bit(0), linear: bit(6) }),
  bank: rw16(0x50a),
  /** Pixels from one row to the next, if it is more than `width`. */
  virtualWidth: rw16(0x50c),
  virtualHeight: rw16(0x50e),
  xOffset: rw16(0x510),
  yOffset: rw16(0x512),
  /** Video memory in units of 64 KiB, after a reset. */
  videoMemory: rw16(0x514),
} as const;

/** The EDID region's registers (struct vfio_region_gfx_edid), 4-byte accesses only. */
export const mbochsEdidRegisters = {
  /** Where in the region the EDID blob is. */
  edidOffset: ro32(0x00),
  edidMaximum: ro32(0x04),
  /** Bytes of the blob that count. */
  edidSize: rw32(0x08),
  /** Largest mode that the device can show; 0 for any. */
  maximumWidth: ro32(0x0c),
  maximumHeight: ro32(0x10),
  /** 1: a monitor is plugged in, and the guest can read the blob. */
  linkState: rw32(0x14),
} as const;
