/** Flag bits, indices and identifiers of linux/vfio.h, by their C names without the prefix. */

/** CHECK_EXTENSION and SET_IOMMU arguments. */
export const Extension = {
  TYPE1_IOMMU: 1,
  SPAPR_TCE_IOMMU: 2,
  TYPE1v2_IOMMU: 3,
  DMA_CC_IOMMU: 4,
  EEH: 5,
  TYPE1_NESTING_IOMMU: 6,
  SPAPR_TCE_v2_IOMMU: 7,
  NOIOMMU_IOMMU: 8,
  UNMAP_ALL: 9,
  UPDATE_VADDR: 10,
} as const;

/** GROUP_GET_STATUS. */
export const GroupFlags = { VIABLE: 1, CONTAINER_SET: 2 } as const;

/** DEVICE_GET_INFO. */
export const DeviceFlags = {
  RESET: 1,
  PCI: 2,
  PLATFORM: 4,
  AMBA: 8,
  CCW: 0x10,
  AP: 0x20,
  FSL_MC: 0x40,
  CAPS: 0x80,
  CDX: 0x100,
} as const;

/** DEVICE_GET_REGION_INFO. */
export const RegionFlags = { READ: 1, WRITE: 2, MMAP: 4, CAPS: 8 } as const;

/** Capabilities of a region. */
export const RegionCap = { SPARSE_MMAP: 1, TYPE: 2, MSIX_MAPPABLE: 3 } as const;

/** DEVICE_GET_IRQ_INFO. */
export const IrqInfoFlags = { EVENTFD: 1, MASKABLE: 2, AUTOMASKED: 4, NORESIZE: 8 } as const;

/** DEVICE_SET_IRQS: what the data is, and what is to be done. */
export const IrqSetFlags = {
  DATA_NONE: 1,
  DATA_BOOL: 2,
  DATA_EVENTFD: 4,
  ACTION_MASK: 8,
  ACTION_UNMASK: 0x10,
  ACTION_TRIGGER: 0x20,
} as const;

/** Region indices of VFIO PCI devices. */
export const PciRegion = {
  BAR0: 0,
  BAR1: 1,
  BAR2: 2,
  BAR3: 3,
  BAR4: 4,
  BAR5: 5,
  ROM: 6,
  CONFIG: 7,
  VGA: 8,
} as const;

/** Interrupt indices of VFIO PCI devices. */
export const PciIrq = { INTX: 0, MSI: 1, MSIX: 2, ERR: 3, REQ: 4 } as const;

/** DEVICE_QUERY_GFX_PLANE. */
export const GfxPlaneFlags = { PROBE: 1, DMABUF: 2, REGION: 4 } as const;

/** DEVICE_IOEVENTFD: the width in bits. */
export const IoeventfdFlags = { SIZE_8: 1, SIZE_16: 2, SIZE_32: 4, SIZE_64: 8 } as const;

/** DEVICE_FEATURE: the feature itself, and what to do with it. */
export const FeatureFlags = { MASK: 0xffff, GET: 1 << 16, SET: 1 << 17, PROBE: 1 << 18 } as const;

/** Features of DEVICE_FEATURE. */
export const Feature = {
  PCI_VF_TOKEN: 0,
  MIGRATION: 1,
  MIG_DEVICE_STATE: 2,
  LOW_POWER_ENTRY: 3,
  LOW_POWER_ENTRY_WITH_WAKEUP: 4,
  LOW_POWER_EXIT: 5,
  DMA_LOGGING_START: 6,
  DMA_LOGGING_STOP: 7,
  DMA_LOGGING_REPORT: 8,
  MIG_DATA_SIZE: 9,
  BUS_MASTER: 10,
  DMA_BUF: 11,
  MIG_PRECOPY_INFOv2: 12,
} as const;

/** What a device can do of migration: Feature.MIGRATION. */
export const MigrationFlags = { STOP_COPY: 1, P2P: 2, PRE_COPY: 4 } as const;

/** States of Feature.MIG_DEVICE_STATE. */
export const DeviceState = {
  ERROR: 0,
  STOP: 1,
  RUNNING: 2,
  STOP_COPY: 3,
  RESUMING: 4,
  RUNNING_P2P: 5,
  PRE_COPY: 6,
  PRE_COPY_P2P: 7,
} as const;

/** IOMMU_GET_INFO. */
export const IommuInfoFlags = { PGSIZES: 1, CAPS: 2 } as const;

/** Capabilities of an IOMMU. */
export const IommuCap = { IOVA_RANGE: 1, MIGRATION: 2, DMA_AVAIL: 3 } as const;

/** IOMMU_MAP_DMA. */
export const DmaMapFlags = { READ: 1, WRITE: 2, VADDR: 4 } as const;

/** IOMMU_UNMAP_DMA. */
export const DmaUnmapFlags = { GET_DIRTY_BITMAP: 1, ALL: 2, VADDR: 4 } as const;

/** IOMMU_DIRTY_PAGES. */
export const DirtyPagesFlags = { START: 1, STOP: 2, GET_BITMAP: 4 } as const;
