/**
 * `linux/pci_regs.h` as data: offsets in configuration space, capability identifiers and the bits
 * that VFIO and its users look at. Offsets within a capability count from its header.
 */

/** Bytes of configuration space: conventional, and with PCI Express' extension. */
export const PciConfigSize = { CONVENTIONAL: 0x100, EXPRESS: 0x1000, HEADER: 0x40 } as const;

/** Registers of the header; from BAR0 to CARDBUS_CIS and MIN_GNT, MAX_LAT for type 0 only. */
export const PciConfig = {
  VENDOR_ID: 0x00,
  DEVICE_ID: 0x02,
  COMMAND: 0x04,
  STATUS: 0x06,
  REVISION_ID: 0x08,
  CLASS_PROG: 0x09,
  CLASS_DEVICE: 0x0a,
  CACHE_LINE_SIZE: 0x0c,
  LATENCY_TIMER: 0x0d,
  HEADER_TYPE: 0x0e,
  BIST: 0x0f,
  BAR0: 0x10,
  BAR1: 0x14,
  BAR2: 0x18,
  BAR3: 0x1c,
  BAR4: 0x20,
  BAR5: 0x24,
  CARDBUS_CIS: 0x28,
  SUBSYSTEM_VENDOR_ID: 0x2c,
  SUBSYSTEM_ID: 0x2e,
  ROM_ADDRESS: 0x30,
  CAPABILITY_LIST: 0x34,
  INTERRUPT_LINE: 0x3c,
  INTERRUPT_PIN: 0x3d,
  MIN_GNT: 0x3e,
  MAX_LAT: 0x3f,
} as const;

/** Registers of a bridge's header (type 1). */
export const PciBridge = {
  PRIMARY_BUS: 0x18,
  SECONDARY_BUS: 0x19,
  SUBORDINATE_BUS: 0x1a,
  SECONDARY_LATENCY_TIMER: 0x1b,
  IO_BASE: 0x1c,
  IO_LIMIT: 0x1d,
  SECONDARY_STATUS: 0x1e,
  MEMORY_BASE: 0x20,
  MEMORY_LIMIT: 0x22,
  PREFETCH_BASE: 0x24,
  PREFETCH_LIMIT: 0x26,
  PREFETCH_BASE_UPPER: 0x28,
  PREFETCH_LIMIT_UPPER: 0x2c,
  IO_BASE_UPPER: 0x30,
  IO_LIMIT_UPPER: 0x32,
  ROM_ADDRESS: 0x38,
  BRIDGE_CONTROL: 0x3e,
} as const;

export const PciCommand = {
  IO: 0x1,
  MEMORY: 0x2,
  MASTER: 0x4,
  SPECIAL: 0x8,
  INVALIDATE: 0x10,
  VGA_PALETTE: 0x20,
  PARITY: 0x40,
  WAIT: 0x80,
  SERR: 0x100,
  FAST_BACK: 0x200,
  INTX_DISABLE: 0x400,
} as const;

export const PciStatus = {
  IMM_READY: 0x1,
  INTERRUPT: 0x8,
  CAP_LIST: 0x10,
  MHZ66: 0x20,
  FAST_BACK: 0x80,
  PARITY: 0x100,
  SIG_TARGET_ABORT: 0x800,
  REC_TARGET_ABORT: 0x1000,
  REC_MASTER_ABORT: 0x2000,
  SIG_SYSTEM_ERROR: 0x4000,
  DETECTED_PARITY: 0x8000,
} as const;

export const PciHeaderType = { NORMAL: 0, BRIDGE: 1, CARDBUS: 2, MASK: 0x7f, MULTI: 0x80 } as const;

/** Low bits of a base address register. */
export const PciBar = {
  SPACE_IO: 0x1,
  TYPE_MASK: 0x6,
  TYPE_64: 0x4,
  PREFETCH: 0x8,
  IO_MASK: 0xfffffffc,
  MEMORY_MASK: 0xfffffff0,
  ROM_ENABLE: 0x1,
  ROM_MASK: 0xfffff800,
} as const;

/** Capability identifiers (offset 0 of a capability; offset 1 is the next one's place). */
export const PciCap = {
  PM: 0x01,
  AGP: 0x02,
  VPD: 0x03,
  SLOTID: 0x04,
  MSI: 0x05,
  CHSWP: 0x06,
  PCIX: 0x07,
  HT: 0x08,
  VNDR: 0x09,
  DBG: 0x0a,
  CCRC: 0x0b,
  SHPC: 0x0c,
  SSVID: 0x0d,
  AGP3: 0x0e,
  SECDEV: 0x0f,
  EXP: 0x10,
  MSIX: 0x11,
  SATA: 0x12,
  AF: 0x13,
  EA: 0x14,
} as const;

/** Extended capability identifiers (from 0x100 on; bits 20 to 31 of the header are the next). */
export const PciExtCap = {
  ERR: 0x01,
  VC: 0x02,
  DSN: 0x03,
  PWR: 0x04,
  RCLD: 0x05,
  RCILC: 0x06,
  RCEC: 0x07,
  MFVC: 0x08,
  VC9: 0x09,
  RCRB: 0x0a,
  VNDR: 0x0b,
  CAC: 0x0c,
  ACS: 0x0d,
  ARI: 0x0e,
  ATS: 0x0f,
  SRIOV: 0x10,
  MRIOV: 0x11,
  MCAST: 0x12,
  PRI: 0x13,
  AMD_XXX: 0x14,
  REBAR: 0x15,
  DPA: 0x16,
  TPH: 0x17,
  LTR: 0x18,
  SECPCI: 0x19,
  PMUX: 0x1a,
  PASID: 0x1b,
  DPC: 0x1d,
  L1SS: 0x1e,
  PTM: 0x1f,
  DVSEC: 0x23,
  DLF: 0x25,
  PL_16GT: 0x26,
} as const;

export const PciPm = {
  PMC: 2,
  CTRL: 4,
  SIZE: 8,
  PMC_PME_MASK: 0xf800,
  CTRL_STATE_MASK: 0x3,
  CTRL_NO_SOFT_RESET: 0x8,
  CTRL_PME_ENABLE: 0x100,
  CTRL_PME_STATUS: 0x8000,
} as const;

export const PciMsi = {
  FLAGS: 2,
  ADDRESS_LO: 4,
  ADDRESS_HI: 8,
  DATA_32: 8,
  MASK_32: 12,
  PENDING_32: 16,
  DATA_64: 12,
  MASK_64: 16,
  PENDING_64: 20,
  FLAGS_ENABLE: 0x1,
  FLAGS_QMASK: 0xe,
  FLAGS_QSIZE: 0x70,
  FLAGS_64BIT: 0x80,
  FLAGS_MASKBIT: 0x100,
} as const;

export const PciMsix = {
  FLAGS: 2,
  TABLE: 4,
  PBA: 8,
  SIZE: 12,
  FLAGS_QSIZE: 0x7ff,
  FLAGS_MASKALL: 0x4000,
  FLAGS_ENABLE: 0x8000,
  BIR_MASK: 0x7,
  OFFSET_MASK: 0xfffffff8,
  ENTRY_SIZE: 16,
  ENTRY_VECTOR_CTRL: 12,
  ENTRY_CTRL_MASKBIT: 0x1,
} as const;

export const PciExp = {
  FLAGS: 0x02,
  DEVCAP: 0x04,
  DEVCTL: 0x08,
  DEVSTA: 0x0a,
  LNKCAP: 0x0c,
  LNKCTL: 0x10,
  LNKSTA: 0x12,
  SLTCAP: 0x14,
  SLTCTL: 0x18,
  SLTSTA: 0x1a,
  RTCTL: 0x1c,
  RTSTA: 0x20,
  DEVCAP2: 0x24,
  DEVCTL2: 0x28,
  LNKCAP2: 0x2c,
  LNKCTL2: 0x30,
  LNKSTA2: 0x32,
  SLTCTL2: 0x38,
  SIZE: 0x3c,
  FLAGS_VERSION: 0x000f,
  FLAGS_TYPE: 0x00f0,
  DEVCAP_FLR: 0x10000000,
  DEVCTL_RELAXED: 0x0010,
  DEVCTL_PAYLOAD: 0x00e0,
  DEVCTL_PHANTOM: 0x0200,
  DEVCTL_READRQ: 0x7000,
  DEVCTL_FLR: 0x8000,
  DEVCTL2_ARI: 0x0020,
  DEVCTL2_PREFIX_BLOCKING: 0x8000,
} as const;

/** Device and port types in `PciExp.FLAGS` (bits 4 to 7). */
export const PciExpType = {
  ENDPOINT: 0x0,
  LEGACY_ENDPOINT: 0x1,
  ROOT_PORT: 0x4,
  UPSTREAM: 0x5,
  DOWNSTREAM: 0x6,
  PCI_BRIDGE: 0x7,
  PCIE_BRIDGE: 0x8,
  RC_ENDPOINT: 0x9,
  RC_EVENT_COLLECTOR: 0xa,
} as const;

export const PciAf = {
  LENGTH: 2,
  CAP: 3,
  CTRL: 4,
  STATUS: 5,
  SIZE: 6,
  CAP_TP: 0x1,
  CAP_FLR: 0x2,
  CTRL_FLR: 0x1,
} as const;

export const PciVpd = { ADDR: 2, DATA: 4, SIZE: 8, ADDR_MASK: 0x7fff, ADDR_F: 0x8000 } as const;

/** Advanced error reporting, offsets from the extended capability's header. */
export const PciErr = {
  UNCOR_STATUS: 0x04,
  UNCOR_MASK: 0x08,
  UNCOR_SEVERITY: 0x0c,
  COR_STATUS: 0x10,
  COR_MASK: 0x14,
  CAP: 0x18,
  HEADER_LOG: 0x1c,
  ROOT_COMMAND: 0x2c,
  ROOT_STATUS: 0x30,
  ROOT_SOURCE: 0x34,
} as const;

/** Single-root I/O virtualisation, offsets from the extended capability's header. */
export const PciSriov = {
  CAP: 0x04,
  CTRL: 0x08,
  STATUS: 0x0a,
  INITIAL_VF: 0x0c,
  TOTAL_VF: 0x0e,
  NUM_VF: 0x10,
  FUNC_LINK: 0x12,
  VF_OFFSET: 0x14,
  VF_STRIDE: 0x16,
  VF_DEVICE_ID: 0x1a,
  SUP_PGSIZE: 0x1c,
  SYS_PGSIZE: 0x20,
  BAR0: 0x24,
  VF_MIGRATION: 0x3c,
  SIZE: 0x40,
  CTRL_VFE: 0x01,
  CTRL_MSE: 0x08,
  CTRL_ARI: 0x10,
} as const;

/** Identifier, version and next pointer of an extended capability's first dword. */
export function extendedCapability(header: number): { id: number; version: number; next: number } {
  return { id: header & 0xffff, version: (header >>> 16) & 0xf, next: (header >>> 20) & 0xffc };
}
