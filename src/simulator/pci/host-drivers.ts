import { Errno } from "../../errno.js";
import { PciCap, PciCommand, PciExp, PciExpType } from "../../uapi/pci-regs.js";
import { type PciDriver, pciId } from "./driver.js";

/** The driver of root ports and switches. drivers/pci/pcie/portdrv.c: pcie_portdrv_probe() */
export const pcieport: PciDriver = {
  name: "pcieport",
  ids: [pciId({ classCode: 0x060400, classMask: 0xffffffff })],
  usesDmaApi: false,
  probe: (device) => {
    const exp = device.findCapability(PciCap.EXP);
    if (exp === 0) return -Errno.ENODEV;
    const type = (device.config.read16(exp + PciExp.FLAGS) & PciExp.FLAGS_TYPE) >> 4;
    const ports: readonly number[] = [
      PciExpType.ROOT_PORT,
      PciExpType.UPSTREAM,
      PciExpType.DOWNSTREAM,
    ];
    if (!ports.includes(type)) return -Errno.ENODEV;
    device.enable();
    device.command(PciCommand.MASTER);
    if (device.interrupts.msix !== undefined) {
      device.interrupts.allowLine(false);
      device.interrupts.msix.enable(1);
    }
    return 0;
  },
  remove: (device) => {
    device.interrupts.msix?.disable();
    device.interrupts.allowLine(true);
    device.disable();
    return undefined;
  },
};

/** Userspace I/O for any function. drivers/uio/uio_pci_generic.c: probe() */
export const uioPciGeneric: PciDriver = {
  name: "uio_pci_generic",
  module: "uio_pci_generic",
  ids: [],
  usesDmaApi: true,
  probe: (device) => device.enable(),
  remove: (device) => {
    device.disable();
    return undefined;
  },
};

/**
 * The driver of hot-plug controllers on conventional bridges. The firmware manages the slots, so it
 * gives up, and leaves the bridge enabled. drivers/pci/hotplug/shpchp_core.c: shpc_probe()
 */
export const shpchp: PciDriver = {
  name: "shpchp",
  module: "shpchp",
  ids: [pciId({ classCode: 0x060400, classMask: 0xffffffff })],
  usesDmaApi: true,
  probe: (device) => {
    if (device.findCapability(PciCap.SHPC) !== 0) device.enable();
    return -Errno.ENODEV;
  },
  remove: () => undefined,
};

/** The driver of virtio functions: the guest's file system and serial ports are behind it. */
export const virtioPci: PciDriver = {
  name: "virtio-pci",
  module: "virtio_pci",
  ids: [pciId({ vendor: 0x1af4 })],
  usesDmaApi: true,
  probe: (device) => {
    device.enable();
    device.command(PciCommand.MASTER);
    return 0;
  },
  remove: (device) => {
    device.disable();
    return undefined;
  },
};
