import { PciVpd } from "../../../../uapi/pci-regs.js";
import { littleEndian, storeLittleEndian } from "../../bytes.js";
import type { VfioPciDevice } from "../device.js";
import type { ConfigCycle } from "./permissions.js";

/**
 * Vital product data: writing the byte with the flag transfers four bytes, and the flag toggles
 * when that is done. A transfer that fails leaves it as it is.
 */
// drivers/vfio/pci/vfio_pci_config.c: vfio_vpd_config_write()
export function writeVpd(
  device: VfioPciDevice,
  { position, offset, count }: ConfigCycle,
  _value: number,
  store: () => void,
): void {
  const config = device.config!;
  const start = position - offset;
  store();
  if (offset > PciVpd.ADDR + 1 || offset + count <= PciVpd.ADDR + 1) return;
  const address = config.get(start + PciVpd.ADDR, 2);
  const at = address & PciVpd.ADDR_MASK;
  const vpd = device.pci.spec.vpd;
  if (vpd === undefined || at + 4 > vpd.length) return;
  if ((address & PciVpd.ADDR_F) !== 0) {
    storeLittleEndian(vpd, at, 4, config.get(start + PciVpd.DATA, 4));
  } else {
    config.set(start + PciVpd.DATA, 4, littleEndian(vpd, at, 4));
  }
  config.set(start + PciVpd.ADDR, 2, address ^ PciVpd.ADDR_F);
}
