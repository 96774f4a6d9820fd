import {
  extendedCapability,
  PciCap,
  PciConfig,
  PciConfigSize,
  PciExtCap,
  PciStatus,
} from "../uapi/pci-regs.js";
import { type ConventionalCapability, conventional } from "./pci-conventional.js";
import { type ExtendedCapability, extended } from "./pci-extended.js";
import type { PciReader } from "./pci-reader.js";

/** Where a capability is and what it is. */
export interface PciCapabilityHeader {
  readonly id: number;
  /** The name of linux/pci_regs.h, lower case: `msix`; `unknown` for one without. */
  readonly name: string;
  /** Bytes from the start of configuration space. */
  readonly offset: number;
}

/** A capability whose content this library does not decode. */
export interface OtherCapability extends PciCapabilityHeader {
  readonly kind: "other";
}

/** A capability of the conventional space, decoded; `kind` tells which. */
export type PciCapability = ConventionalCapability | OtherCapability;

/** A capability of PCI Express' extended space, decoded; `kind` tells which. */
export type PciExtendedCapability = ExtendedCapability | ExtendedOther;

/** An extended capability whose content this library does not decode. */
export interface ExtendedOther extends PciCapabilityHeader {
  readonly kind: "other";
  readonly version: number;
}

const names = namesOf(PciCap);
const extendedNames = namesOf(PciExtCap);

/** Walks the capability list. A list that loops or leaves the header's space ends there. */
export function* pciCapabilities(config: PciReader): Generator<PciCapability> {
  if ((config.read16(PciConfig.STATUS) & PciStatus.CAP_LIST) === 0) return;
  const seen = new Set<number>();
  let offset = config.read8(PciConfig.CAPABILITY_LIST) & ~3;
  while (offset >= PciConfigSize.HEADER && offset + 2 <= limit(config) && !seen.has(offset)) {
    seen.add(offset);
    const id = config.read8(offset);
    const header = { id, name: names.get(id) ?? "unknown", offset };
    yield conventional(config, header) ?? { kind: "other", ...header };
    offset = config.read8(offset + 1) & ~3;
  }
}

/** Walks the extended capabilities; none where there is no extended space. */
export function* pciExtendedCapabilities(config: PciReader): Generator<PciExtendedCapability> {
  const seen = new Set<number>();
  let offset: number = PciConfigSize.CONVENTIONAL;
  while (offset >= PciConfigSize.CONVENTIONAL && offset + 4 <= config.size && !seen.has(offset)) {
    seen.add(offset);
    const dword = config.read32(offset);
    if (dword === 0 || dword === 0xffff_ffff) return;
    const { id, version, next } = extendedCapability(dword);
    const header = { id, name: extendedNames.get(id) ?? "unknown", offset, version };
    // VFIO shows a first capability that it hides as id 0: only its `next` counts.
    if (id !== 0) yield extended(config, header) ?? { kind: "other", ...header };
    offset = next;
  }
}

function limit(config: PciReader): number {
  return Math.min(config.size, PciConfigSize.CONVENTIONAL);
}

function namesOf(table: Readonly<Record<string, number>>): Map<number, string> {
  return new Map(Object.entries(table).map(([name, id]) => [id, name.toLowerCase()]));
}
