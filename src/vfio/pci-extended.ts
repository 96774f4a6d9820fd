import { PciErr, PciExtCap, PciSriov } from "../uapi/pci-regs.js";
import type { PciCapabilityHeader } from "./pci-capability.js";
import type { PciReader } from "./pci-reader.js";

interface Header extends PciCapabilityHeader {
  readonly version: number;
}

/** Advanced error reporting (PCIe, 7.8.4). All values are the registers' bits. */
export interface AerCapability extends Header {
  readonly kind: "aer";
  readonly uncorrectable: {
    readonly status: number;
    readonly mask: number;
    readonly severity: number;
  };
  readonly correctable: { readonly status: number; readonly mask: number };
}

/** Single-root I/O virtualisation (PCIe, 9.3.3). */
export interface SriovCapability extends Header {
  readonly kind: "sriov";
  /** Virtual functions exist. */
  readonly enabled: boolean;
  readonly totalFunctions: number;
  readonly functions: number;
  /** Routing ids from the physical function to the first virtual one, and between those. */
  readonly firstOffset: number;
  readonly stride: number;
  /** Device id of the virtual functions. */
  readonly deviceId: number;
}

/** Access control services (PCIe, 7.7.11). */
export interface AcsCapability extends Header {
  readonly kind: "acs";
  /** What the port can do and what is on; bit 0 source validation, 2 request redirect ... */
  readonly capabilities: number;
  readonly control: number;
}

/** Address translation services (PCIe, 10.5.1). */
export interface AtsCapability extends Header {
  readonly kind: "ats";
  readonly enabled: boolean;
  /** Invalidations that can wait; 0 stands for 32. */
  readonly queueDepth: number;
}

/** The device's serial number (PCIe, 7.9.3). */
export interface SerialNumberCapability extends Header {
  readonly kind: "serial-number";
  readonly serialNumber: bigint;
}

/** A vendor's own extended capability (PCIe, 7.9.5 and 7.9.6). */
export interface VendorExtendedCapability extends Header {
  readonly kind: "vendor";
  readonly vendorSpecificId: number;
  /** Bytes, header included. */
  readonly length: number;
}

/** Those that are decoded. */
export type ExtendedCapability =
  | AerCapability
  | SriovCapability
  | AcsCapability
  | AtsCapability
  | SerialNumberCapability
  | VendorExtendedCapability;

/** Decodes an extended capability, or leaves it. */
export function extended(config: PciReader, header: Header): ExtendedCapability | undefined {
  const { offset } = header;
  switch (header.id) {
    case PciExtCap.ERR:
      return aer(config, header);
    case PciExtCap.SRIOV:
      return sriov(config, header);
    case PciExtCap.ACS:
      return {
        kind: "acs",
        ...header,
        capabilities: config.read16(offset + 4),
        control: config.read16(offset + 6),
      };
    case PciExtCap.ATS:
      return {
        kind: "ats",
        ...header,
        enabled: (config.read16(offset + 6) & 0x8000) !== 0,
        queueDepth: config.read16(offset + 4) & 0x1f,
      };
    case PciExtCap.DSN: {
      const [low, high] = [config.read32(offset + 4), config.read32(offset + 8)];
      return {
        kind: "serial-number",
        ...header,
        serialNumber: (BigInt(high) << 32n) | BigInt(low),
      };
    }
    case PciExtCap.VNDR: {
      const dword = config.read32(offset + 4);
      return {
        kind: "vendor",
        ...header,
        vendorSpecificId: dword & 0xffff,
        length: dword >>> 20,
      };
    }
    default:
      return undefined;
  }
}

function aer(config: PciReader, header: Header): AerCapability {
  const at = (register: number) => config.read32(header.offset + register);
  return {
    kind: "aer",
    ...header,
    uncorrectable: {
      status: at(PciErr.UNCOR_STATUS),
      mask: at(PciErr.UNCOR_MASK),
      severity: at(PciErr.UNCOR_SEVERITY),
    },
    correctable: { status: at(PciErr.COR_STATUS), mask: at(PciErr.COR_MASK) },
  };
}

function sriov(config: PciReader, header: Header): SriovCapability {
  const at = (register: number) => config.read16(header.offset + register);
  return {
    kind: "sriov",
    ...header,
    enabled: (at(PciSriov.CTRL) & PciSriov.CTRL_VFE) !== 0,
    totalFunctions: at(PciSriov.TOTAL_VF),
    functions: at(PciSriov.NUM_VF),
    firstOffset: at(PciSriov.VF_OFFSET),
    stride: at(PciSriov.VF_STRIDE),
    deviceId: at(PciSriov.VF_DEVICE_ID),
  };
}
