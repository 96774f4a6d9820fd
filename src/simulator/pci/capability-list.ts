import { extendedCapability, PciConfig, PciConfigSize, PciStatus } from "../../uapi/pci-regs.js";
import type { ConfigSpace } from "./config-space.js";

/** A capability of a function, in the conventional or the extended list. */
export interface PlacedCapability {
  readonly id: number;
  /** Where its header is. */
  readonly offset: number;
  readonly extended: boolean;
}

/** All capabilities in the order of the lists, without walking in circles. */
export function* capabilitiesOf(config: ConfigSpace): Generator<PlacedCapability> {
  yield* conventional(config);
  if (config.size > PciConfigSize.CONVENTIONAL) yield* extended(config);
}

/** pci_find_capability(): the offset of the first one with this id, or 0. */
export function findCapability(config: ConfigSpace, id: number): number {
  for (const capability of conventional(config)) if (capability.id === id) return capability.offset;
  return 0;
}

/** pci_find_ext_capability(): the offset of the first one with this id, or 0. */
export function findExtendedCapability(config: ConfigSpace, id: number): number {
  if (config.size <= PciConfigSize.CONVENTIONAL) return 0;
  for (const capability of extended(config)) if (capability.id === id) return capability.offset;
  return 0;
}

function* conventional(config: ConfigSpace): Generator<PlacedCapability> {
  if ((config.read16(PciConfig.STATUS) & PciStatus.CAP_LIST) === 0) return;
  const seen = new Set<number>();
  let offset = config.read8(PciConfig.CAPABILITY_LIST) & 0xfc;
  while (offset >= PciConfigSize.HEADER && !seen.has(offset)) {
    seen.add(offset);
    yield { id: config.read8(offset), offset, extended: false };
    offset = config.read8(offset + 1) & 0xfc;
  }
}

function* extended(config: ConfigSpace): Generator<PlacedCapability> {
  const seen = new Set<number>();
  let offset: number = PciConfigSize.CONVENTIONAL;
  while (offset >= PciConfigSize.CONVENTIONAL && !seen.has(offset)) {
    seen.add(offset);
    const header = config.read32(offset);
    if (header === 0) return;
    const { id, next } = extendedCapability(header);
    yield { id, offset, extended: true };
    offset = next;
  }
}
