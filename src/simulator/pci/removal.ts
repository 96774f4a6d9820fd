import type { Pending, Result } from "../core/result.js";
import type { PciDevice } from "./device.js";
import { detach, locked } from "./driver-core.js";
import { joinGroup } from "./groups.js";
import type { PciHost } from "./host.js";
import { inTurn } from "./in-turn.js";
import { announce } from "./sysfs-device.js";

/**
 * Takes a function, and what is behind it, away: unbinds it, which waits for its users, then its
 * directories, links and group go. It stays plugged in: a rescan finds it again.
 */
// drivers/pci/remove.c: pci_stop_and_remove_bus_device()
export function removeDevice(host: PciHost, device: PciDevice): Result | Pending {
  const below = [...(device.subordinate?.devices ?? [])];
  return inTurn([
    () => device.sriov?.disable() ?? 0,
    ...below.map((one) => () => removeDevice(host, one)),
    () => stop(host, device),
  ]);
}

/** Finds functions that were removed, where the bus that they are on is known. */
// drivers/pci/probe.c: pci_rescan_bus()
export function rescan(host: PciHost): void {
  const found: PciDevice[] = [];
  for (const device of [...host.removed].sort((one, other) => one.bus.number - other.bus.number)) {
    const { bridge } = device.bus;
    if (bridge !== undefined && !host.devices.has(bridge)) continue;
    host.removed.delete(device);
    rediscover(host, device);
    found.push(device);
  }
  for (const device of found) joinGroup(host, device);
  if (host.autoprobe) for (const device of found) host.probe(device);
}

function rediscover(host: PciHost, device: PciDevice): void {
  const { bus, subordinate } = device;
  bus.devices.push(device);
  host.devices.add(device);
  device.forget();
  device.resets.discover();
  if (subordinate !== undefined) {
    host.buses.set(subordinate.number, subordinate);
    host.announceBus(subordinate, device.directory);
  }
  announce(host, device);
}

function stop(host: PciHost, device: PciDevice): Result | Pending {
  const registered = [...host.drivers.values()].find(({ driver }) => driver === device.driver);
  const unbound = locked(device, () => (registered ? detach(device, registered) : 0));
  return inTurn([() => unbound, () => destroy(host, device)]);
}

// drivers/pci/remove.c: pci_destroy_dev()
function destroy(host: PciHost, device: PciDevice): Result {
  const { bus, name, group, subordinate, directory } = device;
  if (!host.devices.delete(device)) return 0;
  bus.devices.splice(bus.devices.indexOf(device), 1);
  host.bus.directory("devices").remove(name);
  group?.remove(device);
  if (group !== undefined && group.members.size === 0) host.machine.groups.release(group);
  device.group = undefined;
  if (subordinate !== undefined) {
    host.buses.delete(subordinate.number);
    host.machine.sysfs.walk("class/pci_bus").remove(subordinate.name);
  }
  directory.parent?.remove(name);
  if (!device.isVirtualFunction) host.removed.add(device);
  return 0;
}
