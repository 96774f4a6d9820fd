import { Errno } from "../../errno.js";
import { PciCap, PciExp } from "../../uapi/pci-regs.js";
import { hex } from "./address.js";
import type { PciDevice } from "./device.js";
import { storeUevent } from "./sysfs-settings.js";

/** What a function is: drivers/pci/pci-sysfs.c: pci_dev_attrs, pci_uevent(). */
export function identityFiles(device: PciDevice): void {
  const { directory } = device;
  directory
    .readable("vendor", () => `0x${hex(device.vendor, 4)}\n`)
    .readable("device", () => `0x${hex(device.device, 4)}\n`)
    .readable("subsystem_vendor", () => `0x${hex(device.subsystemVendor, 4)}\n`)
    .readable("subsystem_device", () => `0x${hex(device.subsystemDevice, 4)}\n`)
    .readable("revision", () => `0x${hex(device.revision, 2)}\n`)
    .readable("class", () => `0x${hex(device.classCode, 6)}\n`)
    .readable("irq", () => `${device.irq}\n`)
    .readable("modalias", () => `${modalias(device)}\n`)
    .readable("local_cpus", () => "3\n")
    .readable("local_cpulist", () => "0-1\n")
    .readable("dma_mask_bits", () => "32\n")
    .readable("consistent_dma_mask_bits", () => "32\n")
    .readable("power_state", () => `${device.power.name}\n`)
    .readable("ari_enabled", () => `${ariEnabled(device) ? 1 : 0}\n`)
    .attribute("uevent", { mode: 0o644, show: () => uevent(device), store: storeUevent });
  if (device.isVirtualFunction) {
    directory.attribute("sriov_vf_msix_count", { mode: 0o200, store: () => -Errno.EOPNOTSUPP });
  }
  directory.directory("link");
  if (device.isPcie) linkFiles(device);
}

function modalias(device: PciDevice): string {
  const upper = (value: number, digits: number) => hex(value, digits).toUpperCase();
  const [base, sub, programming] = [16, 8, 0].map((shift) => (device.classCode >> shift) & 0xff);
  return (
    `pci:v${upper(device.vendor, 8)}d${upper(device.device, 8)}` +
    `sv${upper(device.subsystemVendor, 8)}sd${upper(device.subsystemDevice, 8)}` +
    `bc${upper(base!, 2)}sc${upper(sub!, 2)}i${upper(programming!, 2)}`
  );
}

function uevent(device: PciDevice): string {
  const upper = (value: number) => hex(value, 4).toUpperCase();
  return [
    ...(device.driver === undefined ? [] : [`DRIVER=${device.driver.name}`]),
    `PCI_CLASS=${upper(device.classCode)}`,
    `PCI_ID=${upper(device.vendor)}:${upper(device.device)}`,
    `PCI_SUBSYS_ID=${upper(device.subsystemVendor)}:${upper(device.subsystemDevice)}`,
    `PCI_SLOT_NAME=${device.name}`,
    `MODALIAS=${modalias(device)}`,
    "",
  ].join("\n");
}

// include/linux/pci.h: pci_ari_enabled()
function ariEnabled({ bus }: PciDevice): boolean {
  const exp = bus.bridge?.findCapability(PciCap.EXP) ?? 0;
  if (exp === 0) return false;
  return (bus.bridge!.config.read16(exp + PciExp.DEVCTL2) & PciExp.DEVCTL2_ARI) !== 0;
}

const speeds = ["Unknown", "2.5 GT/s PCIe", "5.0 GT/s PCIe", "8.0 GT/s PCIe", "16.0 GT/s PCIe"];

// drivers/pci/pci-sysfs.c: pcie_dev_attrs
function linkFiles(device: PciDevice): void {
  const { directory, config } = device;
  const exp = device.findCapability(PciCap.EXP);
  const capability = config.read32(exp + PciExp.LNKCAP);
  const supported = (config.read32(exp + PciExp.LNKCAP2) >> 1) & 0x7f;
  const fastest = supported === 0 ? capability & 0xf : 32 - Math.clz32(supported);
  const status = () => config.read16(exp + PciExp.LNKSTA);
  directory
    .readable("max_link_speed", () => `${speeds[fastest] ?? "Unknown"}\n`)
    .readable("max_link_width", () => `${(capability >> 4) & 0x3f}\n`)
    .readable("current_link_speed", () => `${speeds[status() & 0xf] ?? "Unknown"}\n`)
    .readable("current_link_width", () => `${(status() >> 4) & 0x3f}\n`);
}
