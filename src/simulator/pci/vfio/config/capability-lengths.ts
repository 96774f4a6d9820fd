import {
  PciAf,
  PciCap,
  PciErr,
  PciExp,
  PciExpType,
  PciExtCap,
  PciMsi,
  PciMsix,
  PciPm,
  PciSriov,
  PciVpd,
} from "../../../../uapi/pci-regs.js";
import type { PciDevice } from "../../device.js";
import { msiLength } from "./msi.js";

type Length = number | ((device: PciDevice, at: number) => number);

/** Bytes of the capabilities that users see; all others are hidden. pci_cap_length */
const lengths: Readonly<Record<number, Length>> = {
  [PciCap.PM]: PciPm.SIZE,
  [PciCap.AGP]: 12,
  [PciCap.VPD]: PciVpd.SIZE,
  [PciCap.MSI]: ({ config }, at) => msiLength(config.read16(at + PciMsi.FLAGS)),
  [PciCap.PCIX]: ({ config }, at) => ((config.read16(at + 2) >> 12) & 3 ? 24 : 8),
  [PciCap.HT]: ({ config }, at) => (config.read8(at + 3) & 0xe0 ? 24 : 28),
  [PciCap.VNDR]: ({ config }, at) => config.read8(at + 2),
  [PciCap.EXP]: expressLength,
  [PciCap.MSIX]: PciMsix.SIZE,
  [PciCap.SATA]: ({ config }, at) => ((config.read8(at + 4) & 0xf) === 0xf ? 16 : 8),
  [PciCap.AF]: PciAf.SIZE,
};

/** The same for extended capabilities. pci_ext_cap_length */
const extendedLengths: Readonly<Record<number, Length>> = {
  [PciExtCap.ERR]: PciErr.ROOT_COMMAND,
  [PciExtCap.VC]: virtualChannelLength,
  [PciExtCap.DSN]: 12,
  [PciExtCap.PWR]: 16,
  [PciExtCap.MFVC]: virtualChannelLength,
  [PciExtCap.VC9]: virtualChannelLength,
  [PciExtCap.VNDR]: ({ config }, at) => config.read32(at + 4) >>> 20,
  [PciExtCap.ACS]: accessControlLength,
  [PciExtCap.ARI]: 8,
  [PciExtCap.ATS]: 8,
  [PciExtCap.SRIOV]: PciSriov.SIZE,
  [PciExtCap.MCAST]: 40,
  [PciExtCap.PRI]: 16,
  [PciExtCap.REBAR]: ({ config }, at) => 4 + ((config.read8(at + 8) & 0xe0) >> 5) * 8,
  [PciExtCap.DPA]: ({ config }, at) => 16 + (config.read8(at + 4) & 0x1f) + 1,
  [PciExtCap.TPH]: transactionHintLength,
  [PciExtCap.LTR]: 8,
  [PciExtCap.DVSEC]: ({ config, machine }, at) =>
    machine.profile.pciDvsec ? config.read32(at + 4) >>> 20 : 0,
};

/** Bytes of a capability; 0 for one that is hidden. vfio_cap_len() */
export function capabilityLength(device: PciDevice, id: number, at: number): number {
  return evaluate(lengths[id], device, at);
}

/** Bytes of an extended capability; 0 for one that is hidden. vfio_ext_cap_len() */
export function extendedCapabilityLength(device: PciDevice, id: number, at: number): number {
  return evaluate(extendedLengths[id], device, at);
}

function evaluate(length: Length | undefined, device: PciDevice, at: number): number {
  return typeof length === "function" ? length(device, at) : (length ?? 0);
}

function expressLength({ config }: PciDevice, at: number): number {
  const flags = config.read16(at + PciExp.FLAGS);
  const inRootComplex = (flags & PciExp.FLAGS_TYPE) >> 4 === PciExpType.RC_ENDPOINT;
  if ((flags & PciExp.FLAGS_VERSION) === 1) return inRootComplex ? 0xc : 0x14;
  return inRootComplex ? 0x2c : 0x3c;
}

function virtualChannelLength({ config }: PciDevice, at: number): number {
  const channels = config.read32(at + 4) & 0x7;
  const arbitration = config.read32(at + 8);
  const phases = arbitration & 0x8 ? 128 : arbitration & 0x4 ? 64 : arbitration & 0x2 ? 32 : 0;
  const length = 0x10 + (1 + channels) * 0xc;
  return phases === 0 ? length : Math.ceil(length / 16) * 16 + (phases * 4) / 8;
}

function accessControlLength({ config }: PciDevice, at: number): number {
  if ((config.read8(at + 4) & 0x20) === 0) return 8;
  const egress = config.read8(at + 5);
  return 8 + (egress === 0 ? 256 : Math.ceil(egress / 32) * 32) / 8;
}

function transactionHintLength({ config }: PciDevice, at: number): number {
  const requester = config.read32(at + 4);
  if ((requester & 0x600) !== 0x200) return 0xc;
  return 0xc + ((requester & 0x07ff0000) >>> 16) * 2 + 2;
}
