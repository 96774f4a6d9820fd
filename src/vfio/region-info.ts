import type { Fd, Kernel } from "../kernel.js";
import { capabilities } from "../uapi/capabilities.js";
import { RegionCap, RegionFlags } from "../uapi/flags.js";
import { Vfio } from "../uapi/requests.js";
import * as structs from "../uapi/structs.js";
import { query } from "./query.js";

/** A part of a region, in bytes from its start. */
export interface RegionArea {
  readonly offset: number;
  readonly size: number;
}

/** VFIO_DEVICE_GET_REGION_INFO with its capabilities. */
export interface RegionInfo {
  readonly index: number;
  /** Bytes; 0 for a region that the device does not have. */
  readonly size: number;
  /** Where it is in the device's file. */
  readonly fileOffset: number;
  readonly readable: boolean;
  readonly writable: boolean;
  readonly mappable: boolean;
  /** `RegionFlags` as the kernel gave them. */
  readonly flags: number;
  /** Where alone it can be mapped; undefined where no such rule was given. */
  readonly sparseAreas: readonly RegionArea[] | undefined;
  /** Type and subtype of a device-specific region (index 9 and up on PCI). */
  readonly type: { readonly type: number; readonly subtype: number } | undefined;
  /** It holds the MSI-X table, and the kernel would let even that be mapped. */
  readonly msixMappable: boolean;
}

/** Asks a device for one of its regions. @throws VfioError EINVAL for an index it does not have */
export function regionInfo(kernel: Kernel, fd: Fd, index: number): RegionInfo {
  const { values, bytes } = query({
    kernel,
    fd,
    request: Vfio.DEVICE_GET_REGION_INFO,
    layout: structs.regionInfo,
    values: { index },
  });
  const { flags } = values;
  const caps = (flags & RegionFlags.CAPS) === 0 ? [] : [...capabilities(bytes, values.cap_offset)];
  const bytesOf = (id: number) => caps.find((cap) => cap.id === id)?.bytes;
  const sparse = bytesOf(RegionCap.SPARSE_MMAP);
  const type = bytesOf(RegionCap.TYPE);
  return {
    index,
    size: Number(values.size),
    fileOffset: Number(values.offset),
    readable: (flags & RegionFlags.READ) !== 0,
    writable: (flags & RegionFlags.WRITE) !== 0,
    mappable: (flags & RegionFlags.MMAP) !== 0,
    flags,
    sparseAreas: sparse === undefined ? undefined : decodeAreas(sparse),
    type: type === undefined ? undefined : decodeType(type),
    msixMappable: bytesOf(RegionCap.MSIX_MAPPABLE) !== undefined,
  };
}

function decodeAreas(bytes: Uint8Array): RegionArea[] {
  const { size: header } = structs.regionInfoCapSparseMmap;
  const { size } = structs.regionSparseMmapArea;
  const { nr_areas } = structs.regionInfoCapSparseMmap.decode(bytes);
  const there = Math.min(nr_areas, Math.floor((bytes.length - header) / size));
  return Array.from({ length: there }, (_, index) => {
    const area = structs.regionSparseMmapArea.decode(bytes.subarray(header + index * size));
    return { offset: Number(area.offset), size: Number(area.size) };
  }).sort((a, b) => a.offset - b.offset);
}

function decodeType(bytes: Uint8Array) {
  const { type, subtype } = structs.regionInfoCapType.decode(bytes);
  return { type, subtype };
}
