import type { Kernel, Sysfs } from "../kernel.js";
import { attribute, linkName, names, numberAttribute } from "./attribute.js";

/** Where the PCI bus shows its devices and drivers. */
export const pciBus = "/sys/bus/pci";

/** A PCI function as sysfs shows it. */
export interface PciDevice {
  readonly kind: "pci";
  /** Full address, `0000:00:05.0`: the name that VFIO knows it by. */
  readonly name: string;
  /** Canonical directory below /sys/devices. */
  readonly path: string;
  readonly vendor: number;
  readonly device: number;
  readonly subsystemVendor: number;
  readonly subsystemDevice: number;
  /** 24 bits: base class, subclass, programming interface. */
  readonly class: number;
  readonly revision: number;
  /** The driver that is bound, if one is. */
  readonly driver: string | undefined;
  /** The only driver that may take it, if that was set. */
  readonly driverOverride: string | undefined;
  /** IOMMU group; undefined without an IOMMU. */
  readonly group: number | undefined;
  /** It is registered with VFIO: its group has a node under /dev/vfio. */
  readonly vfio: boolean;
}

/**
 * One PCI function by its full address, as it is at this moment.
 *
 * @throws VfioError ENOENT if there is no such device
 */
export function pciDevice({ sysfs }: Pick<Kernel, "sysfs">, address: string): PciDevice {
  const path = sysfs.realpath(`${pciBus}/devices/${address}`);
  const number = (name: string) => numberAttribute(sysfs, `${path}/${name}`) ?? 0;
  return {
    kind: "pci",
    name: address,
    path,
    vendor: number("vendor"),
    device: number("device"),
    subsystemVendor: number("subsystem_vendor"),
    subsystemDevice: number("subsystem_device"),
    class: number("class"),
    revision: number("revision"),
    driver: linkName(sysfs, `${path}/driver`),
    driverOverride: driverOverride(sysfs, path),
    group: groupOf(sysfs, path),
    vfio: isVfio(sysfs, path),
  };
}

/** All PCI functions, sorted by address. */
export function pciDevices(kernel: Pick<Kernel, "sysfs">): PciDevice[] {
  return names(kernel.sysfs, `${pciBus}/devices`).map((address) => pciDevice(kernel, address));
}

/** The IOMMU group's number of a device's directory. */
export function groupOf(sysfs: Sysfs, path: string): number | undefined {
  const name = linkName(sysfs, `${path}/iommu_group`);
  return name === undefined ? undefined : Number(name);
}

/** Whether a device is registered with VFIO: `vfio-dev/vfioM` (6.1 and newer), or its driver. */
export function isVfio(sysfs: Sysfs, path: string): boolean {
  if (sysfs.kind(`${path}/vfio-dev`) === "directory") return true;
  return /vfio/.test(linkName(sysfs, `${path}/driver`) ?? "");
}

function driverOverride(sysfs: Sysfs, path: string): string | undefined {
  const text = attribute(sysfs, `${path}/driver_override`);
  return text === undefined || text === "(null)" || text === "" ? undefined : text;
}
