import type { Pending, Result } from "../core/result.js";
import type { PciDevice } from "./device.js";
import { detach, locked } from "./driver-core.js";
import type { PciHost } from "./host.js";
import { inTurn } from "./in-turn.js";

/**
 * Takes a function, and what is behind it, away: unbinds it, which waits for its users, then its
 * directories, links and group go.
 */
// drivers/pci/remove.c: pci_stop_and_remove_bus_device()
export function removeDevice(host: PciHost, device: PciDevice): Result | Pending {
  const below = [...(device.subordinate?.devices ?? [])];
  return inTurn([...below.map((one) => () => removeDevice(host, one)), () => stop(host, device)]);
}

function stop(host: PciHost, device: PciDevice): Result | Pending {
  const registered = [...host.drivers.values()].find(({ driver }) => driver === device.driver);
  const unbound = locked(device, () => (registered ? detach(device, registered) : 0));
  return inTurn([() => unbound, () => destroy(host, device)]);
}

// drivers/pci/remove.c: pci_destroy_dev()
function destroy(host: PciHost, device: PciDevice): Result {
  const { bus, name, group, subordinate, directory } = device;
  host.devices.delete(device);
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
  return 0;
}
