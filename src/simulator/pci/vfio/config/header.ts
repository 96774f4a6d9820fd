import {
  PciBar,
  PciCommand,
  PciConfig,
  PciConfigSize,
  PciStatus,
} from "../../../../uapi/pci-regs.js";
import type { VfioPciDevice } from "../device.js";
import {
  ALL,
  type ConfigCycle,
  type PermissionRow,
  type Permissions,
  permissions,
} from "./permissions.js";
import type { VirtualConfig } from "./virtual-config.js";

const bars: PermissionRow[] = [0, 1, 2, 3, 4, 5].map((index) => [
  PciConfig.BAR0 + 4 * index,
  4,
  ALL,
  ALL,
]);

/** The header (type 0). drivers/vfio/pci/vfio_pci_config.c: init_pci_cap_basic_perm() */
const plain = permissions(PciConfigSize.HEADER, [
  [PciConfig.VENDOR_ID, 2, ALL, 0],
  [PciConfig.DEVICE_ID, 2, ALL, 0],
  [PciConfig.COMMAND, 2, PciCommand.INTX_DISABLE, ALL],
  [PciConfig.STATUS, 2, PciStatus.CAP_LIST, 0],
  [PciConfig.CACHE_LINE_SIZE, 1, 0, ALL],
  [PciConfig.LATENCY_TIMER, 1, 0, ALL],
  [PciConfig.BIST, 1, 0, ALL],
  ...bars,
  [PciConfig.ROM_ADDRESS, 4, ALL, ALL],
  [PciConfig.CAPABILITY_LIST, 1, ALL, 0],
  [PciConfig.INTERRUPT_LINE, 1, ALL, ALL],
  [PciConfig.INTERRUPT_PIN, 1, ALL, 0],
]);

const command: Permissions = { ...plain, afterRead: showMemory, onWrite: writeCommand };
const address: Permissions = { ...plain, beforeRead: fixBars, onWrite: writeBar };

/** Who may do what with a byte of the header. */
export function headerPermissions(position: number): Permissions {
  if (position === PciConfig.COMMAND || position === PciConfig.COMMAND + 1) return command;
  return isBar(position) ? address : plain;
}

/** Virtual functions have no bit for memory decoding; users see the one that they wrote. */
function showMemory({ config, pci }: VfioPciDevice, { offset }: ConfigCycle, value: number) {
  if (offset !== PciConfig.COMMAND || !pci.isVirtualFunction || config === undefined) return value;
  return value | (config.get(PciConfig.COMMAND, 2) & PciCommand.MEMORY);
}

function isBar(offset: number): boolean {
  return (
    (offset >= PciConfig.BAR0 && offset < PciConfig.BAR5 + 4) ||
    (offset >= PciConfig.ROM_ADDRESS && offset < PciConfig.ROM_ADDRESS + 4)
  );
}

/** Sizing: BARs read back masked to their size and with their type bits. vfio_bar_fixup() */
function fixBars(device: VfioPciDevice): void {
  const { config, pci } = device;
  if (config === undefined || !config.barsDirty) return;
  for (let index = 0; index < 6; index++) {
    const at = PciConfig.BAR0 + 4 * index;
    const bar = pci.bars[index];
    if (bar === undefined) {
      config.set(at, 4, 0);
      continue;
    }
    config.set(at, 4, (config.get(at, 4) & ~(bar.size - 1)) | bar.typeBits);
    if (!bar.wide) continue;
    index += 1;
    const high = bar.size > 2 ** 32 ? ~(bar.size / 2 ** 32 - 1) : ALL;
    config.set(at + 4, 4, config.get(at + 4, 4) & high);
  }
  const rom = PciConfig.ROM_ADDRESS;
  const mask = pci.rom === undefined ? 0 : ~(pci.rom.size - 1) | PciBar.ROM_ENABLE;
  config.set(rom, 4, config.get(rom, 4) & mask);
  config.barsDirty = false;
}

function writeBar(
  device: VfioPciDevice,
  _cycle: ConfigCycle,
  _value: number,
  store: () => void,
): void {
  store();
  device.config!.barsDirty = true;
}

// drivers/vfio/pci/vfio_pci_config.c: vfio_basic_config_write()
function writeCommand(
  device: VfioPciDevice,
  { offset }: ConfigCycle,
  value: number,
  store: () => void,
): void {
  const config = device.config!;
  const decoding = PciCommand.MEMORY | PciCommand.IO;
  const lowByte = offset === PciConfig.COMMAND;
  if (lowByte) restoreBars(device, config, value);
  store();
  if (lowByte) {
    const kept = config.get(PciConfig.COMMAND, 2) & ~decoding;
    config.set(PciConfig.COMMAND, 2, kept | (value & decoding));
  }
  device.irqs.setDisIntx((config.get(PciConfig.COMMAND, 2) & PciCommand.INTX_DISABLE) !== 0);
}

/** The device was reset behind our back: its addresses are gone, and are written again. */
function restoreBars({ pci }: VfioPciDevice, config: VirtualConfig, command: number): void {
  if (pci.isVirtualFunction) return;
  const physical = pci.config.read16(PciConfig.COMMAND);
  const virtual = config.get(PciConfig.COMMAND, 2);
  const lost = (bit: number) => (command & virtual & ~physical & bit) !== 0;
  const moved = config.realBars.some(
    (address, index) => address !== 0 && pci.config.read32(PciConfig.BAR0 + 4 * index) !== address,
  );
  if (!lost(PciCommand.MEMORY) && !lost(PciCommand.IO) && !moved) return;
  config.realBars.forEach((address, index) => {
    pci.config.write(PciConfig.BAR0 + 4 * index, 4, address);
  });
}
