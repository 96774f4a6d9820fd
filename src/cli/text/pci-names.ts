/**
 * Names of PCI vendors, devices and classes: those that virtual machines and the simulator have,
 * and the classes of the PCI Code and ID Assignment Specification. It is no copy of pci.ids.
 */

const vendors: Readonly<Record<number, string>> = {
  4098: "AMD/ATI",
  4130: "AMD",
  4318: "NVIDIA",
  4332: "Realtek",
  4660: "QEMU",
  5197: "Samsung",
  5348: "Broadcom",
  5555: "Mellanox",
  6900: "Red Hat (virtio)",
  6966: "Red Hat (QEMU)",
  17224: "WCH",
  32902: "Intel",
};

const devices: Readonly<Record<string, string>> = {
  "1234:1111": "QEMU standard VGA (mbochs)",
  "1234:11e8": "QEMU educational device (edu)",
  "1af4:1000": "virtio network device",
  "1af4:1001": "virtio block device",
  "1af4:1009": "virtio 9p file system",
  "1af4:1041": "virtio network device",
  "1af4:1042": "virtio block device",
  "1af4:1049": "virtio 9p file system",
  "1b36:0005": "QEMU PCI test device",
  "1b36:000c": "QEMU PCI Express root port",
  "1b36:000d": "QEMU XHCI USB controller",
  "1b36:000e": "QEMU PCI Express to PCI bridge",
  "1b36:000f": "mdpy virtual display",
  "1b36:0010": "QEMU NVMe controller",
  "4348:3253": "mtty virtual serial port",
  "8086:10d3": "Intel 82574L Gigabit network",
  "8086:2918": "Intel ICH9 LPC bridge",
  "8086:2922": "Intel ICH9 SATA controller",
  "8086:2930": "Intel ICH9 SMBus controller",
  "8086:29c0": "Intel Q35 host bridge",
};

const classes: Readonly<Record<number, string>> = {
  0: "unclassified device",
  255: "unclassified device",
  256: "SCSI controller",
  257: "IDE controller",
  260: "RAID controller",
  262: "SATA controller",
  263: "SAS controller",
  264: "NVMe controller",
  512: "Ethernet controller",
  519: "InfiniBand controller",
  640: "network controller",
  768: "VGA controller",
  770: "3D controller",
  896: "display controller",
  1025: "audio device",
  1027: "HD audio device",
  1152: "multimedia controller",
  1280: "RAM controller",
  1408: "memory controller",
  1536: "host bridge",
  1537: "ISA bridge",
  1540: "PCI bridge",
  1543: "CardBus bridge",
  1664: "bridge",
  1792: "serial controller",
  1920: "communication controller",
  2176: "system peripheral",
  3075: "USB controller",
  3077: "SMBus controller",
  4224: "signal processing controller",
  4608: "processing accelerator",
};

/** A vendor's name, where we know it. */
export function vendorName(vendor: number): string | undefined {
  return vendors[vendor];
}

/** A device's name, where we know it. */
export function deviceName(vendor: number, device: number): string | undefined {
  const hex4 = (value: number) => value.toString(16).padStart(4, "0");
  return devices[`${hex4(vendor)}:${hex4(device)}`];
}

/** The name of a class of 24 bits (or, failing that, its number): never undefined. */
export function className(code: number): string {
  return classes[code >>> 8] ?? `class ${(code >>> 8).toString(16).padStart(4, "0")}`;
}
