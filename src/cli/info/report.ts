import type { Kernel } from "../../kernel.js";
import { blockers, iommuGroup, type SysfsDevice } from "../../sysfs/index.js";
import type { Device } from "../../vfio/device.js";
import type { DisplayMode } from "../../vfio/display.js";
import type { IrqInfo } from "../../vfio/irq-info.js";
import type { RegionInfo } from "../../vfio/region-info.js";
import { type ConfigReport, configReport } from "./config-report.js";

/** The group of a device, as far as `vfio info` tells. */
export interface GroupSummary {
  readonly id: number;
  readonly node: string | undefined;
  readonly viable: boolean;
  /** Members that the kernel uses. */
  readonly blockers: readonly string[];
}

/** A device as VFIO shows it once it is open. */
export interface VfioReport {
  readonly api: string;
  readonly resettable: boolean;
  /** How it hands over what its screen shows; empty without a screen. */
  readonly display: readonly DisplayMode[];
  readonly regions: readonly (RegionInfo & { name: string })[];
  readonly interrupts: readonly (IrqInfo & { name: string })[];
}

/** All that `vfio info` tells. */
export interface InfoReport {
  readonly device: SysfsDevice;
  readonly group: GroupSummary | undefined;
  /** Undefined when VFIO does not have the device. */
  readonly vfio: VfioReport | undefined;
  /** Undefined for what is not PCI. */
  readonly config: ConfigReport | undefined;
}

/** The group that a device is in. */
export function groupSummary(kernel: Kernel, { group }: SysfsDevice): GroupSummary | undefined {
  if (group === undefined) return undefined;
  const all = iommuGroup(kernel, group);
  const blocking = blockers(all).map(({ name }) => name);
  return { id: group, node: all.node, viable: blocking.length === 0, blockers: blocking };
}

/** What an open device says of itself. */
export function vfioReport(device: Device): VfioReport {
  return {
    api: device.api,
    resettable: device.resettable,
    display: device.display.modes,
    regions: device.regions().map(({ name, info }) => ({ name, ...info })),
    interrupts: device.interrupts.all().map(({ name, info }) => ({ name, ...info })),
  };
}

/** Configuration space as sysfs shows it: the hardware's, and only 64 bytes without root. */
export function sysfsConfig({ sysfs }: Kernel, device: SysfsDevice): ConfigReport | undefined {
  if (device.kind !== "pci") return undefined;
  return configReport(sysfs.readBytes(`${device.path}/config`));
}

/** Configuration space as VFIO shows it; undefined for what is not PCI. */
export function vfioConfig(device: Device): ConfigReport | undefined {
  if (device.api !== "pci") return undefined;
  const { region } = device.config;
  return configReport(region.read(0, region.size));
}
