import type { Pending, Result } from "../core/result.js";
import type { PciAddress } from "./address.js";
import { formatPciAddress } from "./address.js";
import type { FunctionSpec } from "./chip.js";
import type { PciDevice } from "./device.js";
import { joinGroup } from "./groups.js";
import type { PciHost } from "./host.js";
import { addDevice } from "./plug.js";
import { removeDevice } from "./removal.js";
import type { VirtualFunctionHost } from "./sriov.js";
import { announce } from "./sysfs-device.js";

/** Virtual functions come and go on the bus of their physical one. */
export class VirtualFunctions implements VirtualFunctionHost {
  constructor(readonly host: PciHost) {}

  // drivers/pci/iov.c: pci_iov_add_virtfn()
  add(physical: PciDevice, address: PciAddress, spec: FunctionSpec, index: number): PciDevice {
    const { host } = this;
    const above = physical.directory.parent ?? host.directory;
    const device = addDevice(host, {
      bus: physical.bus,
      address,
      spec,
      directory: above.directory(formatPciAddress(address)),
      irq: 0,
      physicalFunction: physical,
    });
    for (const bar of device.bars) {
      const shared = physical.sriov?.bars.find((one) => one.index === bar?.index);
      if (bar !== undefined && shared !== undefined) {
        bar.address = shared.address + index * shared.size;
      }
    }
    device.refreshDecoding();
    announce(host, device);
    device.directory.link("physfn", physical.directory);
    physical.directory.link(`virtfn${index}`, device.directory);
    joinGroup(host, device);
    physical.driver?.functionAdded?.(physical, device);
    const wanted = physical.sriov?.autoprobe === true || device.driverOverride !== undefined;
    if (host.autoprobe && wanted) host.probe(device);
    return device;
  }

  // drivers/pci/iov.c: pci_iov_remove_virtfn()
  remove(device: PciDevice): Result | Pending {
    const { physicalFunction } = device;
    const index = physicalFunction?.sriov?.functions.indexOf(device) ?? 0;
    physicalFunction?.directory.remove(`virtfn${index}`);
    return removeDevice(this.host, device);
  }
}
