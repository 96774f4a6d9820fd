/**
 * Kernel profiles: where kernels differ, as data that the rules read. A profile is a version and a
 * configuration, for kernels with other options answer differently too.
 */

/** One kernel, as VFIO's clients can tell it from another. */
export interface Profile {
  readonly version: string;
  /** The release that was measured. */
  readonly measured: string;
  /** CONFIG_IOMMUFD */
  readonly iommufd: boolean;
  /** CONFIG_VFIO_DEVICE_CDEV */
  readonly cdev: boolean;
  /** CONFIG_VFIO_NOIOMMU, and the module parameter */
  readonly noiommuConfig: boolean;
  readonly noiommuEnabled: boolean;
  /** CONFIG_VFIO_PCI_VGA */
  readonly pciVga: boolean;
  /** vfio_iommu_type1.dma_entry_limit */
  readonly dmaEntryLimit: number;
  /** vfio_iommu_type1.allow_unsafe_interrupts */
  readonly unsafeInterrupts: boolean;
  /** VFIO_TYPE1_NESTING_IOMMU is accepted. */
  readonly nesting: boolean;
  /** What an address range that wraps answers. */
  readonly wrapErrno: "EINVAL" | "EOVERFLOW";
  /** SET_CONTAINER with a file that is no container. */
  readonly notContainerErrno: "EINVAL" | "EBADFD";
  /** Bytes of vfio_device_info that vfio-pci writes at most. */
  readonly deviceInfoSize: 20 | 24;
  /** Bytes of vfio_iommu_type1_info that are written at most; capabilities padded to 8 if 24. */
  readonly type1InfoSize: 20 | 24;
  /** MSI-X vectors can be added while it is enabled. */
  readonly dynamicMsix: boolean;
  /** BARs are accessed 8 bytes at a time where aligned. */
  readonly io64: boolean;
  /** IOEVENTFD takes 8-byte writes. */
  readonly ioeventfd64: boolean;
  /** CONFIG_IOMMUFD brings the bitmap code that DMA_LOGGING_REPORT needs. */
  readonly iovaBitmap: boolean;
  /** ERR and REQ eventfd values below -1: 6.1 ignores them, later kernels refuse. */
  readonly strictErrEventfd: boolean;
  /** HOT_RESET looks at count before it looks whether a reset is possible. */
  readonly hotResetCountFirst: boolean;
  /** GET_DEVICE_FD works for a device that is being removed. */
  readonly openWhileRemoving: boolean;
  /** mtty: later interrupts, migration (6.8 and newer). */
  readonly mttyMigration: boolean;
  /** mbochs' region info follows the common capability rules (7.2). */
  readonly mbochsRegionCaps: boolean;
  /** The overlap search wraps at the top of the address space. */
  readonly topOfSpaceBug: boolean;
  /** What attaching hardware answers for a mapping above its aperture. */
  readonly apertureErrno: "EFAULT" | "ERANGE";
  /** A write-only mapping can be read by the device (Intel page tables until 6.12). */
  readonly writeOnlyReadable: boolean;
  /** Highest DEVICE_FEATURE number that the core knows. */
  readonly lastFeature: number;
  /** vfio-pci exports dma-bufs. */
  readonly pciDmaBuf: boolean;
  /** /proc/PID/fdinfo of a device's file names its directory in sysfs. */
  readonly fdinfoPath: boolean;
  /** vfio-pci shows designated vendor-specific extended capabilities. */
  readonly pciDvsec: boolean;
  /** While vfio-pci has a device open, sysfs lets nobody map its BARs. */
  readonly pciExclusiveBars: boolean;
  /** Pinning pages is refused to drivers that cannot be told of unmapping (6.2 and newer). */
  readonly pinNeedsDmaUnmap: boolean;
  /** `iommu_groups/N/type` changes only without a driver bound (6.1). */
  readonly groupTypeNeedsUnbound: boolean;
}

const debian61: Profile = {
  version: "6.1",
  measured: "6.1.192",
  iommufd: false,
  cdev: false,
  noiommuConfig: false,
  noiommuEnabled: false,
  pciVga: true,
  dmaEntryLimit: 65535,
  unsafeInterrupts: false,
  nesting: true,
  wrapErrno: "EINVAL",
  notContainerErrno: "EINVAL",
  deviceInfoSize: 20,
  type1InfoSize: 20,
  dynamicMsix: false,
  io64: false,
  ioeventfd64: true,
  iovaBitmap: false,
  strictErrEventfd: false,
  hotResetCountFirst: false,
  openWhileRemoving: true,
  mttyMigration: false,
  mbochsRegionCaps: false,
  topOfSpaceBug: true,
  apertureErrno: "EFAULT",
  writeOnlyReadable: true,
  lastFeature: 8,
  pciDmaBuf: false,
  fdinfoPath: false,
  pciDvsec: false,
  pciExclusiveBars: false,
  pinNeedsDmaUnmap: false,
  groupTypeNeedsUnbound: true,
};

const debian612: Profile = {
  ...debian61,
  version: "6.12",
  measured: "6.12.107",
  notContainerErrno: "EBADFD",
  deviceInfoSize: 24,
  type1InfoSize: 24,
  dynamicMsix: true,
  io64: true,
  strictErrEventfd: true,
  hotResetCountFirst: true,
  openWhileRemoving: false,
  pinNeedsDmaUnmap: true,
  groupTypeNeedsUnbound: false,
  mttyMigration: true,
  lastFeature: 10,
  pciDvsec: true,
};

const debian72: Profile = {
  ...debian612,
  version: "7.2",
  measured: "7.2.13",
  nesting: false,
  wrapErrno: "EOVERFLOW",
  ioeventfd64: false,
  mbochsRegionCaps: true,
  topOfSpaceBug: false,
  apertureErrno: "ERANGE",
  writeOnlyReadable: false,
  lastFeature: 12,
  pciDmaBuf: true,
  fdinfoPath: true,
  pciExclusiveBars: true,
};

/** Profiles by name: Debian's kernels. */
export const profiles = {
  "6.1": debian61,
  "6.12": debian612,
  "7.2": debian72,
} as const satisfies Record<string, Profile>;

/** The name of a profile that comes with the simulator. */
export type ProfileName = keyof typeof profiles;
