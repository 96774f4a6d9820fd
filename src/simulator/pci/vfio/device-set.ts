import { perMachine } from "../../mdev/per-machine.js";
import type { PciBus } from "../bus.js";
import type { PciDevice } from "../device.js";
import type { VfioPciDevice } from "./device.js";

/** struct vfio_device_set: devices that a reset of their bus would hit together. */
export class DeviceSet {
  readonly devices = new Set<VfioPciDevice>();
}

const sets = perMachine(() => ({ byBus: new WeakMap<PciBus, DeviceSet>() }));

/** The set of a function: its bus', or its own on the root bus and for virtual functions. */
// drivers/vfio/pci/vfio_pci_core.c: vfio_pci_core_register_device()
export function deviceSetOf({ machine, bus, isVirtualFunction }: PciDevice): DeviceSet {
  if (bus.isRoot || isVirtualFunction) return new DeviceSet();
  const { byBus } = sets(machine);
  const there = byBus.get(bus);
  if (there !== undefined) return there;
  const made = new DeviceSet();
  byBus.set(bus, made);
  return made;
}
