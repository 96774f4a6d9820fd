import { PciAf, PciCap, PciExp, PciMsi, PciMsix, PciPm } from "../uapi/pci-regs.js";
import type { PciCapabilityHeader } from "./pci-capability.js";
import type { PciReader } from "./pci-reader.js";

/** Power management (PCI PM 1.2). */
export interface PmCapability extends PciCapabilityHeader {
  readonly kind: "pm";
  readonly version: number;
  /** 0 to 3: D0 to D3hot. */
  readonly powerState: number;
  /** D3hot to D0 keeps the function's state. */
  readonly noSoftReset: boolean;
}

/** Message signaled interrupts (PCI 3.0, 6.8.1). */
export interface MsiCapability extends PciCapabilityHeader {
  readonly kind: "msi";
  readonly enabled: boolean;
  /** Vectors that the function can send. */
  readonly vectors: number;
  readonly address64: boolean;
  readonly perVectorMasking: boolean;
}

/** MSI-X (PCI 3.0, 6.8.2). Offsets in bytes from the start of a BAR. */
export interface MsixCapability extends PciCapabilityHeader {
  readonly kind: "msix";
  readonly enabled: boolean;
  readonly masked: boolean;
  /** Entries of the table. */
  readonly vectors: number;
  readonly table: { readonly bar: number; readonly offset: number; readonly size: number };
  readonly pendingBits: { readonly bar: number; readonly offset: number };
}

/** PCI Express (PCIe, 7.5.3). */
export interface ExpressCapability extends PciCapabilityHeader {
  readonly kind: "express";
  readonly version: number;
  /** `PciExpType`: 0 for an endpoint. */
  readonly portType: number;
  /** Function level reset. */
  readonly functionReset: boolean;
  /** Bytes of a request's payload, at most. */
  readonly maxPayload: number;
  /** Bytes that a read request asks for, at most. */
  readonly maxReadRequest: number;
  /** Lanes in use, and speed as in the link status: 1 is 2.5 GT/s. */
  readonly link: { readonly width: number; readonly speed: number };
}

/** Advanced features of conventional functions: function level reset. */
export interface AfCapability extends PciCapabilityHeader {
  readonly kind: "af";
  readonly functionReset: boolean;
}

/** A vendor's own capability. */
export interface VendorCapability extends PciCapabilityHeader {
  readonly kind: "vendor";
  /** Bytes, header included. */
  readonly length: number;
}

/** Those that are decoded. */
export type ConventionalCapability =
  | PmCapability
  | MsiCapability
  | MsixCapability
  | ExpressCapability
  | AfCapability
  | VendorCapability;

/** Decodes a capability, or leaves it. */
export function conventional(
  config: PciReader,
  header: PciCapabilityHeader,
): ConventionalCapability | undefined {
  switch (header.id) {
    case PciCap.PM:
      return pm(config, header);
    case PciCap.MSI:
      return msi(config, header);
    case PciCap.MSIX:
      return msix(config, header);
    case PciCap.EXP:
      return express(config, header);
    case PciCap.AF:
      return af(config, header);
    case PciCap.VNDR:
      return { kind: "vendor", ...header, length: config.read8(header.offset + 2) };
    default:
      return undefined;
  }
}

function pm(config: PciReader, header: PciCapabilityHeader): PmCapability {
  const control = config.read16(header.offset + PciPm.CTRL);
  return {
    kind: "pm",
    ...header,
    version: config.read16(header.offset + PciPm.PMC) & 7,
    powerState: control & PciPm.CTRL_STATE_MASK,
    noSoftReset: (control & PciPm.CTRL_NO_SOFT_RESET) !== 0,
  };
}

function msi(config: PciReader, header: PciCapabilityHeader): MsiCapability {
  const flags = config.read16(header.offset + PciMsi.FLAGS);
  return {
    kind: "msi",
    ...header,
    enabled: (flags & PciMsi.FLAGS_ENABLE) !== 0,
    vectors: 1 << ((flags & PciMsi.FLAGS_QMASK) >>> 1),
    address64: (flags & PciMsi.FLAGS_64BIT) !== 0,
    perVectorMasking: (flags & PciMsi.FLAGS_MASKBIT) !== 0,
  };
}

function msix(config: PciReader, header: PciCapabilityHeader): MsixCapability {
  const flags = config.read16(header.offset + PciMsix.FLAGS);
  const table = config.read32(header.offset + PciMsix.TABLE);
  const pba = config.read32(header.offset + PciMsix.PBA);
  const vectors = (flags & PciMsix.FLAGS_QSIZE) + 1;
  return {
    kind: "msix",
    ...header,
    enabled: (flags & PciMsix.FLAGS_ENABLE) !== 0,
    masked: (flags & PciMsix.FLAGS_MASKALL) !== 0,
    vectors,
    table: { ...place(table), size: vectors * PciMsix.ENTRY_SIZE },
    pendingBits: place(pba),
  };
}

function place(dword: number): { bar: number; offset: number } {
  return { bar: dword & PciMsix.BIR_MASK, offset: (dword & PciMsix.OFFSET_MASK) >>> 0 };
}

function express(config: PciReader, header: PciCapabilityHeader): ExpressCapability {
  const { offset } = header;
  const flags = config.read16(offset + PciExp.FLAGS);
  const control = config.read16(offset + PciExp.DEVCTL);
  const link = config.read16(offset + PciExp.LNKSTA);
  return {
    kind: "express",
    ...header,
    version: flags & PciExp.FLAGS_VERSION,
    portType: (flags & PciExp.FLAGS_TYPE) >>> 4,
    functionReset: (config.read32(offset + PciExp.DEVCAP) & PciExp.DEVCAP_FLR) !== 0,
    maxPayload: 128 << ((control & PciExp.DEVCTL_PAYLOAD) >>> 5),
    maxReadRequest: 128 << ((control & PciExp.DEVCTL_READRQ) >>> 12),
    link: { width: (link >>> 4) & 0x3f, speed: link & 0xf },
  };
}

function af(config: PciReader, header: PciCapabilityHeader): AfCapability {
  const caps = config.read8(header.offset + PciAf.CAP);
  return { kind: "af", ...header, functionReset: (caps & PciAf.CAP_FLR) !== 0 };
}
