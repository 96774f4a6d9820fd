import {
  PciBridge,
  PciCap,
  PciCommand,
  PciConfig,
  PciConfigSize,
  PciExp,
  PciExtCap,
  PciHeaderType,
  PciMsi,
  PciMsix,
  PciPm,
  PciSriov,
  PciStatus,
} from "../../uapi/pci-regs.js";
import { capabilitiesOf, findCapability, type PlacedCapability } from "./capability-list.js";
import type { ConfigSpace } from "./config-space.js";

/**
 * Which bits of a function's registers can be written, derived from what its registers say: the
 * header, and the capabilities that it has. Bytes that belong to nothing are the device's own and
 * can be written, as QEMU makes them. BARs are added by `Bar`.
 */
export function applyMasks(config: ConfigSpace): void {
  config.writable.fill(0xff, PciConfigSize.HEADER);
  config.allow(PciConfig.CACHE_LINE_SIZE, 1, 0xff);
  config.allow(PciConfig.INTERRUPT_LINE, 1, 0xff);
  config.allow(PciConfig.COMMAND, 2, commandBits);
  config.clearable[PciConfig.STATUS + 1] = statusErrors >>> 8;
  if ((config.read8(PciConfig.HEADER_TYPE) & PciHeaderType.MASK) === PciHeaderType.BRIDGE) {
    bridgeMasks(config);
  }
  for (const capability of capabilitiesOf(config)) capabilityMasks(config, capability);
  const express = findCapability(config, PciCap.EXP) !== 0;
  // Without extended capabilities the first dword is an empty one.
  const extended = PciConfigSize.CONVENTIONAL;
  if (express && config.read32(extended) === 0) config.allow(extended, 4, 0);
}

const commandBits =
  PciCommand.IO | PciCommand.MEMORY | PciCommand.MASTER | PciCommand.SERR | PciCommand.INTX_DISABLE;

const statusErrors =
  PciStatus.PARITY |
  PciStatus.SIG_TARGET_ABORT |
  PciStatus.REC_TARGET_ABORT |
  PciStatus.REC_MASTER_ABORT |
  PciStatus.SIG_SYSTEM_ERROR |
  PciStatus.DETECTED_PARITY;

function bridgeMasks(config: ConfigSpace): void {
  config.allow(PciBridge.PRIMARY_BUS, 4, 0xffffffff);
  config.allow(PciBridge.IO_BASE, 2, 0xf0f0);
  for (let at: number = PciBridge.MEMORY_BASE; at < PciBridge.PREFETCH_BASE_UPPER; at += 2) {
    config.allow(at, 2, 0xfff0);
  }
  config.allow(PciBridge.PREFETCH_BASE_UPPER, 4, 0xffffffff);
  config.allow(PciBridge.PREFETCH_LIMIT_UPPER, 4, 0xffffffff);
  config.allow(PciBridge.BRIDGE_CONTROL, 2, 0x0bff);
}

/** A capability's length where it is one, and its bits that can be written. */
interface CapabilityRow {
  length(config: ConfigSpace, offset: number): number;
  /** Offset in the capability, bytes, bits. */
  bits(config: ConfigSpace, offset: number): readonly (readonly [number, 1 | 2 | 4, number])[];
}

const rows: Readonly<Record<number, CapabilityRow>> = {
  [PciCap.PM]: {
    length: () => PciPm.SIZE,
    bits: () => [[PciPm.CTRL, 2, PciPm.CTRL_STATE_MASK]],
  },
  [PciCap.MSI]: { length: msiLength, bits: msiBits },
  [PciCap.MSIX]: {
    length: () => PciMsix.SIZE,
    bits: () => [[PciMsix.FLAGS, 2, PciMsix.FLAGS_ENABLE | PciMsix.FLAGS_MASKALL]],
  },
  [PciCap.EXP]: { length: () => PciExp.SIZE, bits: expressBits },
  [PciCap.VNDR]: { length: (config, offset) => config.read8(offset + 2), bits: () => [] },
  [PciCap.SSVID]: { length: () => 8, bits: () => [] },
  [PciCap.SHPC]: {
    length: () => 8,
    bits: () => [
      [2, 1, 0xff],
      [4, 4, 0xffffffff],
    ],
  },
  [PciCap.SATA]: { length: () => 8, bits: () => [] },
};

const extendedRows: Readonly<Record<number, CapabilityRow>> = {
  [PciExtCap.ERR]: {
    length: () => 0x48,
    bits: () => [
      [0x08, 4, 0x03fff030],
      [0x0c, 4, 0x03fff030],
      [0x14, 4, 0x0000f1c1],
      [0x18, 4, 0x00000140],
    ],
  },
  [PciExtCap.ARI]: { length: () => 8, bits: () => [] },
  [PciExtCap.ACS]: { length: () => 8, bits: () => [[6, 2, 0x5f]] },
  [PciExtCap.SRIOV]: {
    length: () => PciSriov.SIZE,
    bits: () => [
      [PciSriov.CTRL, 2, PciSriov.CTRL_VFE | PciSriov.CTRL_MSE | PciSriov.CTRL_ARI],
      [PciSriov.NUM_VF, 2, 0xffff],
      [PciSriov.SYS_PGSIZE, 4, 0x553],
    ],
  },
};

function capabilityMasks(config: ConfigSpace, { id, offset, extended }: PlacedCapability): void {
  const row = (extended ? extendedRows : rows)[id];
  const length = row?.length(config, offset) ?? 4;
  config.writable.fill(0, offset, offset + length);
  for (const [at, width, bits] of row?.bits(config, offset) ?? []) {
    config.allow(offset + at, width, bits);
  }
}

function msiLength(config: ConfigSpace, offset: number): number {
  const flags = config.read16(offset + PciMsi.FLAGS);
  return 10 + (flags & PciMsi.FLAGS_64BIT ? 4 : 0) + (flags & PciMsi.FLAGS_MASKBIT ? 10 : 0);
}

function msiBits(config: ConfigSpace, offset: number): [number, 1 | 2 | 4, number][] {
  const flags = config.read16(offset + PciMsi.FLAGS);
  const is64 = (flags & PciMsi.FLAGS_64BIT) !== 0;
  const vectors = 1 << ((flags & PciMsi.FLAGS_QMASK) >> 1);
  const bits: [number, 1 | 2 | 4, number][] = [
    [PciMsi.FLAGS, 2, PciMsi.FLAGS_QSIZE | PciMsi.FLAGS_ENABLE],
    [PciMsi.ADDRESS_LO, 4, 0xfffffffc],
    [is64 ? PciMsi.DATA_64 : PciMsi.DATA_32, 2, 0xffff],
  ];
  if (is64) bits.push([PciMsi.ADDRESS_HI, 4, 0xffffffff]);
  if (flags & PciMsi.FLAGS_MASKBIT) {
    bits.push([is64 ? PciMsi.MASK_64 : PciMsi.MASK_32, 4, 0xffffffff >>> (32 - vectors)]);
  }
  return bits;
}

/** Prefix blocking, and reset where the function has it. Links and slots: the bridges' affair. */
function expressBits(config: ConfigSpace, offset: number): [number, 1 | 2 | 4, number][] {
  const flr = (config.read32(offset + PciExp.DEVCAP) & PciExp.DEVCAP_FLR) !== 0;
  return [
    [PciExp.DEVCTL, 2, flr ? PciExp.DEVCTL_FLR : 0],
    [PciExp.DEVCTL2, 2, PciExp.DEVCTL2_PREFIX_BLOCKING],
  ];
}
