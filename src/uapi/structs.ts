/**
 * The structs of linux/vfio.h, field by field under their C names. Variable parts (irq data,
 * capability chains, bitmaps' buffers) follow the struct's bytes. `test/uapi` compares every size
 * and offset with what the C++ compiler says of the header.
 */

import { s32, struct, u8, u16, u32, u64 } from "./codec.js";

export const groupStatus = struct("vfio_group_status", { argsz: u32, flags: u32 });

export const deviceInfo = struct("vfio_device_info", {
  argsz: u32,
  flags: u32,
  num_regions: u32,
  num_irqs: u32,
  cap_offset: u32,
});

export const regionInfo = struct("vfio_region_info", {
  argsz: u32,
  flags: u32,
  index: u32,
  cap_offset: u32,
  size: u64,
  offset: u64,
});

export const irqInfo = struct("vfio_irq_info", { argsz: u32, flags: u32, index: u32, count: u32 });

/** Followed by `count` bytes (BOOL) or `count` 32-bit descriptors (EVENTFD). */
export const irqSet = struct("vfio_irq_set", {
  argsz: u32,
  flags: u32,
  index: u32,
  start: u32,
  count: u32,
});

/** Every capability begins so; `next` is an offset from the start of the whole struct, 0 ends. */
export const capHeader = struct("vfio_info_cap_header", { id: u16, version: u16, next: u32 });

/** Followed by `nr_areas` of `regionSparseMmapArea`. */
export const regionInfoCapSparseMmap = struct("vfio_region_info_cap_sparse_mmap", {
  id: u16,
  version: u16,
  next: u32,
  nr_areas: u32,
  reserved: u32,
});

export const regionSparseMmapArea = struct("vfio_region_sparse_mmap_area", {
  offset: u64,
  size: u64,
});

export const regionInfoCapType = struct("vfio_region_info_cap_type", {
  id: u16,
  version: u16,
  next: u32,
  type: u32,
  subtype: u32,
});

/** Followed by `count` of `pciDependentDevice`. */
export const pciHotResetInfo = struct("vfio_pci_hot_reset_info", {
  argsz: u32,
  flags: u32,
  count: u32,
});

export const pciDependentDevice = struct("vfio_pci_dependent_device", {
  group_id: u32,
  segment: u16,
  bus: u8,
  devfn: u8,
});

/** Followed by `count` 32-bit group descriptors. */
export const pciHotReset = struct("vfio_pci_hot_reset", { argsz: u32, flags: u32, count: u32 });

export const deviceGfxPlaneInfo = struct("vfio_device_gfx_plane_info", {
  argsz: u32,
  flags: u32,
  drm_plane_type: u32,
  drm_format: u32,
  drm_format_mod: u64,
  width: u32,
  height: u32,
  stride: u32,
  size: u32,
  x_pos: u32,
  y_pos: u32,
  x_hot: u32,
  y_hot: u32,
  region_index: u32,
});

export const deviceIoeventfd = struct("vfio_device_ioeventfd", {
  argsz: u32,
  flags: u32,
  offset: u64,
  data: u64,
  fd: s32,
});

/** Followed by the feature's data. */
export const deviceFeature = struct("vfio_device_feature", { argsz: u32, flags: u32 });

export const deviceFeatureMigration = struct("vfio_device_feature_migration", { flags: u64 });

export const deviceFeatureMigState = struct("vfio_device_feature_mig_state", {
  device_state: u32,
  data_fd: s32,
});

export const deviceFeatureMigDataSize = struct("vfio_device_feature_mig_data_size", {
  stop_copy_length: u64,
});

export const precopyInfo = struct("vfio_precopy_info", {
  argsz: u32,
  flags: u32,
  initial_bytes: u64,
  dirty_bytes: u64,
});

export const deviceFeatureDmaLoggingControl = struct("vfio_device_feature_dma_logging_control", {
  page_size: u64,
  num_ranges: u32,
  reserved: u32,
  ranges: u64,
});

export const deviceFeatureDmaLoggingRange = struct("vfio_device_feature_dma_logging_range", {
  iova: u64,
  length: u64,
});

export const deviceFeatureDmaLoggingReport = struct("vfio_device_feature_dma_logging_report", {
  iova: u64,
  length: u64,
  page_size: u64,
  bitmap: u64,
});

export const deviceLowPowerEntryWithWakeup = struct("vfio_device_low_power_entry_with_wakeup", {
  wakeup_eventfd: s32,
  reserved: u32,
});

export const iommuType1Info = struct("vfio_iommu_type1_info", {
  argsz: u32,
  flags: u32,
  iova_pgsizes: u64,
  cap_offset: u32,
});

/** Followed by `nr_iovas` of `iovaRange`. */
export const iommuType1InfoCapIovaRange = struct("vfio_iommu_type1_info_cap_iova_range", {
  id: u16,
  version: u16,
  next: u32,
  nr_iovas: u32,
  reserved: u32,
});

export const iovaRange = struct("vfio_iova_range", { start: u64, end: u64 });

export const iommuType1InfoCapMigration = struct("vfio_iommu_type1_info_cap_migration", {
  id: u16,
  version: u16,
  next: u32,
  flags: u32,
  pgsize_bitmap: u64,
  max_dirty_bitmap_size: u64,
});

export const iommuType1InfoDmaAvail = struct("vfio_iommu_type1_info_dma_avail", {
  id: u16,
  version: u16,
  next: u32,
  avail: u32,
});

export const iommuType1DmaMap = struct("vfio_iommu_type1_dma_map", {
  argsz: u32,
  flags: u32,
  vaddr: u64,
  iova: u64,
  size: u64,
});

/** With GET_DIRTY_BITMAP followed by `bitmap`. */
export const iommuType1DmaUnmap = struct("vfio_iommu_type1_dma_unmap", {
  argsz: u32,
  flags: u32,
  iova: u64,
  size: u64,
});

export const bitmap = struct("vfio_bitmap", { pgsize: u64, size: u64, data: u64 });

/** With GET_BITMAP followed by `iommuType1DirtyBitmapGet`. */
export const iommuType1DirtyBitmap = struct("vfio_iommu_type1_dirty_bitmap", {
  argsz: u32,
  flags: u32,
});

export const iommuType1DirtyBitmapGet = struct("vfio_iommu_type1_dirty_bitmap_get", {
  iova: u64,
  size: u64,
  pgsize: u64,
  bitmap_size: u64,
  data: u64,
});
