import { Errno } from "../../../errno.js";
import { PciHeaderType } from "../../../uapi/pci-regs.js";
import type { Pending, Result } from "../../core/result.js";
import { registerGroupDevice, unregisterDevice, VfioDevice } from "../../core/vfio-device.js";
import type { PciDevice } from "../device.js";
import type { PciDriver } from "../driver.js";
import { PowerState } from "../power.js";
import { VfioPciDevice } from "./device.js";
import { deviceSetOf } from "./device-set.js";
import { VfioPciOps } from "./ops.js";
import { randomUuid } from "./uuid.js";

/** The vfio-pci driver: it takes what it is told to, and gives it to VFIO. */
export const vfioPciDriver: PciDriver = {
  name: "vfio-pci",
  ids: [],
  usesDmaApi: false,
  probe,
  remove,
};

/** What vfio-pci has made of a function, if it has it. */
export function vfioPciDeviceOf(pci: PciDevice | undefined): VfioPciDevice | undefined {
  return pci?.driverData instanceof VfioPciDevice ? pci.driverData : undefined;
}

// drivers/vfio/pci/vfio_pci.c: vfio_pci_probe(), vfio_pci_core.c: vfio_pci_core_register_device()
function probe(pci: PciDevice): Result {
  if (pci.headerType !== PciHeaderType.NORMAL) return -Errno.EINVAL;
  if ((pci.sriov?.functions ?? 0) > 0) return -Errno.EBUSY;
  const device = new VfioPciDevice(pci, {
    deviceSet: deviceSetOf(pci),
    ...(pci.sriov === undefined
      ? {}
      : { token: { uuid: randomUuid(pci.machine.random), users: 0 } }),
  });
  pci.driverData = device;
  device.setPowerState(PowerState.D0);
  const { machine, name, directory } = pci;
  const ops = new VfioPciOps(device, () => vfioPciDeviceOf(pci.physicalFunction));
  const registered = new VfioDevice({ machine, name, ops, directory });
  const result = registerGroupDevice(registered, pci.group);
  if (result < 0) return result;
  device.registered = registered;
  device.deviceSet.devices.add(device);
  device.power.put();
  return 0;
}

// drivers/vfio/pci/vfio_pci_core.c: vfio_pci_core_unregister_device()
function remove(pci: PciDevice): Pending | undefined {
  const device = vfioPciDeviceOf(pci);
  if (device?.registered === undefined) return undefined;
  const wait = unregisterDevice(device.registered);
  wait.whenDone(() => {
    device.deviceSet.devices.delete(device);
    device.power.get();
  });
  return wait;
}
