import {
  extendedCapability,
  PciCap,
  PciConfig,
  PciConfigSize,
  PciMsi,
  PciPm,
  PciStatus,
} from "../../../../uapi/pci-regs.js";
import type { VfioPciDevice } from "../device.js";
import { capabilityLength, extendedCapabilityLength } from "./capability-lengths.js";
import type { VirtualConfig } from "./virtual-config.js";

/**
 * Walks the capabilities of the hardware, takes those that users may see into the virtual copy and
 * the map, and patches the others out of the chain.
 *
 * @returns the control word of the MSI capability, if there is one
 */
export function mapCapabilities(device: VfioPciDevice, config: VirtualConfig): number | undefined {
  const msi = mapConventional(device, config);
  const hardware = device.pci.config;
  const express = device.pci.isPcie;
  const large = hardware.size > PciConfigSize.CONVENTIONAL;
  const extended = express && large && hardware.read32(PciConfigSize.CONVENTIONAL) !== 0;
  if (extended) mapExtended(device, config);
  return msi;
}

// drivers/vfio/pci/vfio_pci_config.c: vfio_cap_init()
function mapConventional({ pci }: VfioPciDevice, config: VirtualConfig): number | undefined {
  const hardware = pci.config;
  if ((hardware.read16(PciConfig.STATUS) & PciStatus.CAP_LIST) === 0) return undefined;
  let msi: number | undefined;
  let previous: number = PciConfig.CAPABILITY_LIST;
  let shown = 0;
  let left = (PciConfigSize.CONVENTIONAL - PciConfigSize.HEADER) / 4;
  for (let at = hardware.read8(previous); at !== 0 && left > 0; left--) {
    const id = hardware.read8(at);
    const next = hardware.read8(at + 1);
    const length = capabilityLength(pci, id, at);
    if (length === 0) {
      config.set(previous, 1, next);
    } else {
      config.map.fill(id, at, at + length);
      config.fill(at, length);
      if (id === PciCap.PM) hidePowerEvents(config, at);
      if (id === PciCap.MSI) msi ??= hardware.read16(at + PciMsi.FLAGS);
      previous = at + 1;
      shown += 1;
    }
    at = next;
  }
  if (shown === 0) config.bytes[PciConfig.STATUS]! &= ~PciStatus.CAP_LIST;
  return msi;
}

// drivers/vfio/pci/vfio_pci_config.c: vfio_update_pm_vconfig_bytes()
function hidePowerEvents(config: VirtualConfig, at: number): void {
  const events = PciPm.CTRL_PME_ENABLE | PciPm.CTRL_PME_STATUS;
  config.set(at + PciPm.PMC, 2, config.get(at + PciPm.PMC, 2) & ~PciPm.PMC_PME_MASK);
  config.set(at + PciPm.CTRL, 2, config.get(at + PciPm.CTRL, 2) & ~events);
}

// drivers/vfio/pci/vfio_pci_config.c: vfio_ecap_init()
function mapExtended({ pci }: VfioPciDevice, config: VirtualConfig): void {
  const first = PciConfigSize.CONVENTIONAL;
  const nextBits = 0xffc00000;
  let previous: number | undefined;
  let shown = 0;
  let left = (pci.config.size - first) / 4;
  for (let at: number = first; left > 0 && at >= first; left--) {
    const { id, next } = extendedCapability(pci.config.read32(at));
    const length = extendedCapabilityLength(pci, id, at);
    if (length === 0 && previous !== undefined) {
      config.set(previous, 4, (config.get(previous, 4) & ~nextBits) | (next << 20));
      at = next;
      continue;
    }
    // The first one cannot be skipped: it stays as an empty one.
    const size = length === 0 ? 4 : length;
    config.map.fill(id & 0xff, at, at + size);
    config.fill(at, size);
    if (length === 0) config.set(at, 4, config.get(at, 4) & nextBits);
    else shown += 1;
    previous = at;
    at = next;
  }
  if (shown === 0) config.set(first, 4, 0);
}
