import {
  DirtyPagesFlags,
  DmaUnmapFlags,
  Feature,
  FeatureFlags,
  IrqSetFlags,
} from "../uapi/flags.js";
import { Vfio } from "../uapi/requests.js";
import * as structs from "../uapi/structs.js";
import type { FileKind } from "./ledger.js";

/** A place in the bytes where the kernel will find an address, and how many bytes it will touch. */
export interface Pointer {
  what: string;
  address: bigint;
  length: bigint;
}

/** What a request's embedded parts are: addresses and descriptors. */
export interface Embedded {
  pointers?: Pointer[];
  /** Descriptors that must be this process's own; negative ones mean "none". */
  fds?: number[];
}

/** How a request takes its argument, and what must be looked at before a kernel sees it. */
export interface Rule {
  name: string;
  /** `none` and `number` take numbers; `struct` has argsz first; `bytes` is a fixed-size value. */
  takes: "none" | "number" | "string" | "struct" | "bytes";
  /** Least bytes that the kernel reads or writes. */
  minimum: number;
  embedded?(view: DataView): Embedded;
}

function row(name: string, takes: Rule["takes"], minimum = 0, embedded?: Rule["embedded"]): Rule {
  return embedded === undefined ? { name, takes, minimum } : { name, takes, minimum, embedded };
}

const container: [number, Rule][] = [
  [Vfio.GET_API_VERSION, row("VFIO_GET_API_VERSION", "none")],
  [Vfio.CHECK_EXTENSION, row("VFIO_CHECK_EXTENSION", "number")],
  [Vfio.SET_IOMMU, row("VFIO_SET_IOMMU", "number")],
  [Vfio.IOMMU_GET_INFO, row("VFIO_IOMMU_GET_INFO", "struct", 16)],
  [Vfio.IOMMU_MAP_DMA, row("VFIO_IOMMU_MAP_DMA", "struct", 32, mapDma)],
  [Vfio.IOMMU_UNMAP_DMA, row("VFIO_IOMMU_UNMAP_DMA", "struct", 24, unmapDma)],
  [Vfio.IOMMU_ENABLE, row("VFIO_IOMMU_ENABLE", "none")],
  [Vfio.IOMMU_DISABLE, row("VFIO_IOMMU_DISABLE", "none")],
  [Vfio.IOMMU_DIRTY_PAGES, row("VFIO_IOMMU_DIRTY_PAGES", "struct", 8, dirtyPages)],
];

const group: [number, Rule][] = [
  [Vfio.GROUP_GET_STATUS, row("VFIO_GROUP_GET_STATUS", "struct", 8)],
  [Vfio.GROUP_SET_CONTAINER, row("VFIO_GROUP_SET_CONTAINER", "bytes", 4, oneFd)],
  [Vfio.GROUP_UNSET_CONTAINER, row("VFIO_GROUP_UNSET_CONTAINER", "none")],
  [Vfio.GROUP_GET_DEVICE_FD, row("VFIO_GROUP_GET_DEVICE_FD", "string")],
];

const device: [number, Rule][] = [
  [Vfio.DEVICE_GET_INFO, row("VFIO_DEVICE_GET_INFO", "struct", 16)],
  [Vfio.DEVICE_GET_REGION_INFO, row("VFIO_DEVICE_GET_REGION_INFO", "struct", 32)],
  [Vfio.DEVICE_GET_IRQ_INFO, row("VFIO_DEVICE_GET_IRQ_INFO", "struct", 16)],
  [Vfio.DEVICE_SET_IRQS, row("VFIO_DEVICE_SET_IRQS", "struct", 20, setIrqs)],
  [Vfio.DEVICE_RESET, row("VFIO_DEVICE_RESET", "none")],
  [Vfio.DEVICE_GET_PCI_HOT_RESET_INFO, row("VFIO_DEVICE_GET_PCI_HOT_RESET_INFO", "struct", 12)],
  [Vfio.DEVICE_PCI_HOT_RESET, row("VFIO_DEVICE_PCI_HOT_RESET", "struct", 12, hotReset)],
  [Vfio.DEVICE_QUERY_GFX_PLANE, row("VFIO_DEVICE_QUERY_GFX_PLANE", "struct", 60)],
  [Vfio.DEVICE_GET_GFX_DMABUF, row("VFIO_DEVICE_GET_GFX_DMABUF", "bytes", 4)],
  [Vfio.DEVICE_IOEVENTFD, row("VFIO_DEVICE_IOEVENTFD", "struct", 28, ioeventfd)],
  [Vfio.DEVICE_FEATURE, row("VFIO_DEVICE_FEATURE", "struct", 8, feature)],
];

const migration: [number, Rule][] = [
  [Vfio.MIG_GET_PRECOPY_INFO, row("VFIO_MIG_GET_PRECOPY_INFO", "struct", 24)],
];

const none = new Map<number, Rule>();

/** The rules by kind of file and request number. What is not here does not pass. */
export const rules: Readonly<Record<FileKind, ReadonlyMap<number, Rule>>> = {
  container: new Map(container),
  group: new Map(group),
  device: new Map(device),
  migration: new Map(migration),
  eventfd: none,
  other: none,
};

function mapDma(view: DataView): Embedded {
  const { vaddr, size } = structs.iommuType1DmaMap.fields;
  return { pointers: [{ what: "vaddr", address: vaddr.get(view), length: size.get(view) }] };
}

function unmapDma(view: DataView): Embedded {
  const flags = structs.iommuType1DmaUnmap.fields.flags.get(view);
  const withBitmap = structs.iommuType1DmaUnmap.size + structs.bitmap.size;
  const wanted = (flags & DmaUnmapFlags.GET_DIRTY_BITMAP) !== 0;
  return wanted && view.byteLength >= withBitmap ? { pointers: [bitmapAt(view, 24)] } : {};
}

function dirtyPages(view: DataView): Embedded {
  const flags = structs.iommuType1DirtyBitmap.fields.flags.get(view);
  const get = (flags & DirtyPagesFlags.GET_BITMAP) !== 0;
  return get && view.byteLength >= 48 ? { pointers: [bitmapAt(view, 24)] } : {};
}

/** struct vfio_bitmap at an offset: the kernel writes at most `size` bytes at `data`. */
function bitmapAt(view: DataView, offset: number): Pointer {
  return {
    what: "bitmap.data",
    length: view.getBigUint64(offset + 8, true),
    address: view.getBigUint64(offset + 16, true),
  };
}

function oneFd(view: DataView): Embedded {
  return { fds: [view.getInt32(0, true)] };
}

function setIrqs(view: DataView): Embedded {
  const { flags, count } = structs.irqSet.fields;
  if ((flags.get(view) & IrqSetFlags.DATA_EVENTFD) === 0) return {};
  return { fds: fdsAt(view, structs.irqSet.size, count.get(view)) };
}

function hotReset(view: DataView): Embedded {
  return { fds: fdsAt(view, 12, structs.pciHotReset.fields.count.get(view)) };
}

/** The descriptors of an array that are really among the bytes. */
function fdsAt(view: DataView, offset: number, count: number): number[] {
  const there = Math.min(count, Math.max(0, Math.floor((view.byteLength - offset) / 4)));
  return Array.from({ length: there }, (_, index) => view.getInt32(offset + 4 * index, true));
}

function ioeventfd(view: DataView): Embedded {
  return { fds: [structs.deviceIoeventfd.fields.fd.get(view)] };
}

function feature(view: DataView): Embedded {
  const flags = structs.deviceFeature.fields.flags.get(view);
  const data = view.byteLength - 8;
  if ((flags & FeatureFlags.PROBE) !== 0) return {};
  switch (flags & FeatureFlags.MASK) {
    case Feature.LOW_POWER_ENTRY_WITH_WAKEUP:
      return data >= 4 ? { fds: [view.getInt32(8, true)] } : {};
    case Feature.DMA_LOGGING_START:
      return data >= 24 ? { pointers: [loggingRanges(view)] } : {};
    case Feature.DMA_LOGGING_REPORT:
      return data >= 32 ? { pointers: [loggingBitmap(view)] } : {};
    default:
      return {};
  }
}

function loggingRanges(view: DataView): Pointer {
  const ranges = BigInt(view.getUint32(16, true));
  return { what: "ranges", address: view.getBigUint64(24, true), length: ranges * 16n };
}

/** One bit for each page of the range, rounded up to whole 64-bit words. */
function loggingBitmap(view: DataView): Pointer {
  const length = view.getBigUint64(16, true);
  const pageSize = view.getBigUint64(24, true) || 1n;
  const bits = (length + pageSize - 1n) / pageSize;
  return {
    what: "bitmap",
    address: view.getBigUint64(32, true),
    length: ((bits + 63n) / 64n) * 8n,
  };
}
