import { viewOf } from "../uapi/codec.js";

/** Configuration space to read from: a device's region, or bytes that somebody took from sysfs. */
export interface PciReader {
  /** Bytes. */
  readonly size: number;
  /** One byte. */
  read8(offset: number): number;
  /** Two bytes, little-endian. */
  read16(offset: number): number;
  /** Four bytes, little-endian. */
  read32(offset: number): number;
}

/** Reads from a copy of configuration space (`/sys/bus/pci/devices/.../config`). */
export function pciBytes(bytes: Uint8Array): PciReader {
  const view = viewOf(bytes);
  return {
    size: bytes.length,
    read8: (offset) => view.getUint8(offset),
    read16: (offset) => view.getUint16(offset, true),
    read32: (offset) => view.getUint32(offset, true),
  };
}
