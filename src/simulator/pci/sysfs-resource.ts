import { PciBridge } from "../../uapi/pci-regs.js";
import { hex } from "./address.js";
import type { PciDevice } from "./device.js";
import { resourceContent } from "./resource-file.js";

/** One line of `resource`: first and last address and flags. */
interface Resource {
  readonly start: number;
  readonly end: number;
  readonly flags: number;
}

const nothing: Resource = { start: 0, end: 0, flags: 0 };

/** The `resource` table and the files of each BAR. drivers/pci/pci-sysfs.c: resource_show() */
export function resourceFiles(device: PciDevice): void {
  const { directory } = device;
  directory.readable("resource", () => resourcesOf(device).map(row).join(""));
  for (const bar of device.bars) {
    if (bar === undefined) continue;
    const content = resourceContent(device, bar);
    directory.binary(`resource${bar.index}`, 0o600, content);
    if (bar.prefetchable) directory.binary(`resource${bar.index}_wc`, 0o600, content);
  }
}

function row({ start, end, flags }: Resource): string {
  return `0x${hex(start, 16)} 0x${hex(end, 16)} 0x${hex(flags, 16)}\n`;
}

/** Six BARs, the ROM, six BARs of virtual functions; bridges go on with four windows. */
function resourcesOf(device: PciDevice): Resource[] {
  const bars = device.bars.map((bar): Resource => {
    if (bar === undefined) return nothing;
    return { start: bar.address, end: bar.address + bar.size - 1, flags: bar.flags };
  });
  return [...bars, romOf(device), ...virtualBars(device), ...windows(device)];
}

const romFlags = 0x46200;

function romOf({ rom }: PciDevice): Resource {
  if (rom === undefined) return nothing;
  return { start: rom.address, end: rom.address + rom.size - 1, flags: romFlags };
}

function virtualBars({ sriov }: PciDevice): Resource[] {
  return Array.from({ length: 6 }, (_, index) => {
    const bar = sriov?.bars.find((one) => one.index === index);
    if (sriov === undefined || bar === undefined) return nothing;
    const length = bar.size * sriov.totalFunctions;
    return { start: bar.address, end: bar.address + length - 1, flags: bar.flags };
  });
}

const windowFlags = { io: 0x100, memory: 0x200, prefetch: 0x102201 } as const;

function windows({ isBridge, subordinate, config }: PciDevice): Resource[] {
  if (!isBridge || subordinate === undefined) return [];
  const io = (at: number) => (config.read8(at) & 0xf0) << 8;
  const memory = (at: number) => (config.read16(at) & 0xfff0) * 0x10000;
  return [
    window(io(PciBridge.IO_BASE), io(PciBridge.IO_LIMIT) + 0xfff, windowFlags.io),
    window(
      memory(PciBridge.MEMORY_BASE),
      memory(PciBridge.MEMORY_LIMIT) + 0xfffff,
      windowFlags.memory,
    ),
    window(
      memory(PciBridge.PREFETCH_BASE),
      memory(PciBridge.PREFETCH_LIMIT) + 0xfffff,
      windowFlags.prefetch,
    ),
    nothing,
  ];
}

function window(start: number, end: number, flags: number): Resource {
  return end < start ? nothing : { start, end, flags };
}
