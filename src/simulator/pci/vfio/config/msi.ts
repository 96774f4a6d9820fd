import { PciIrq } from "../../../../uapi/flags.js";
import { PciMsi } from "../../../../uapi/pci-regs.js";
import type { VfioPciDevice } from "../device.js";
import {
  ALL,
  type ConfigCycle,
  type PermissionRow,
  type Permissions,
  permissions,
} from "./permissions.js";

/** Bytes of an MSI capability with these flags. vfio_msi_cap_len() */
export function msiLength(flags: number): number {
  const wide = (flags & PciMsi.FLAGS_64BIT) !== 0 ? 4 : 0;
  const maskable = (flags & PciMsi.FLAGS_MASKBIT) !== 0 ? 10 : 0;
  return 10 + wide + maskable;
}

/** The MSI capability of one device. vfio_pci_config.c: init_pci_cap_msi_perm() */
export function msiPermissions(flags: number): Permissions {
  const wide = (flags & PciMsi.FLAGS_64BIT) !== 0;
  const rows: PermissionRow[] = [
    [1, 1, ALL, 0],
    [PciMsi.FLAGS, 1, ALL, ALL],
    [PciMsi.ADDRESS_LO, 4, ALL, ALL],
    [wide ? PciMsi.DATA_64 : PciMsi.DATA_32, 2, ALL, ALL],
  ];
  if (wide) rows.push([PciMsi.ADDRESS_HI, 4, ALL, ALL]);
  if ((flags & PciMsi.FLAGS_MASKBIT) !== 0) {
    rows.push([wide ? PciMsi.MASK_64 : PciMsi.MASK_32, 4, 0, ALL]);
    rows.push([wide ? PciMsi.PENDING_64 : PciMsi.PENDING_32, 4, 0, ALL]);
  }
  return permissions(msiLength(flags), rows, { beforeRead: updateQmask, onWrite: writeMsi });
}

function touchesFlags({ offset, count }: ConfigCycle): boolean {
  return offset <= PciMsi.FLAGS && offset + count >= PciMsi.FLAGS;
}

/**
 * Meant to refresh how many vectors the user may ask for; the kernel does so two bytes too early,
 * in the identifier and the next pointer. vfio_msi_config_read()
 */
function updateQmask(device: VfioPciDevice, cycle: ConfigCycle): void {
  if (!touchesFlags(cycle)) return;
  const config = device.config!;
  const start = config.startOf(cycle.position);
  const wrong = config.get(start, 2) & ~PciMsi.FLAGS_QMASK;
  config.set(start, 2, wrong | (device.irqs.msiQmax << 1));
}

/** Enabling is the ioctl's affair, and nobody gets more vectors than that gave him. */
// drivers/vfio/pci/vfio_pci_config.c: vfio_msi_config_write()
function writeMsi(
  device: VfioPciDevice,
  cycle: ConfigCycle,
  _value: number,
  store: () => void,
): void {
  store();
  if (!touchesFlags(cycle)) return;
  const config = device.config!;
  const { irqs, pci } = device;
  const at = config.startOf(cycle.position) + PciMsi.FLAGS;
  let flags = config.get(at, 2);
  if (irqs.type !== PciIrq.MSI) flags &= ~PciMsi.FLAGS_ENABLE;
  if ((flags & PciMsi.FLAGS_QSIZE) >> 4 > irqs.msiQmax) {
    flags = (flags & ~PciMsi.FLAGS_QSIZE) | (irqs.msiQmax << 4);
  }
  config.set(at, 2, flags);
  pci.config.write(at, 2, flags);
}
