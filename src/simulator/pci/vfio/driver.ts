import { Errno } from "../../../errno.js";
import { PciHeaderType } from "../../../uapi/pci-regs.js";
import type { Pending, Result } from "../../core/result.js";
import { registerGroupDevice, unregisterDevice, VfioDevice } from "../../core/vfio-device.js";
import type { PciDevice } from "../device.js";
import type { PciDriver } from "../driver.js";
import { inTurn } from "../in-turn.js";
import { PowerState } from "../power.js";
import { VfioPciDevice } from "./device.js";
import { deviceSetOf } from "./device-set.js";
import { vfioPciModule } from "./module.js";
import { VfioPciOps } from "./ops.js";
import { randomUuid } from "./uuid.js";

/** The vfio-pci driver: it takes what it is told to, and gives it to VFIO. */
export const vfioPciDriver: PciDriver = {
  name: "vfio-pci",
  module: "vfio_pci",
  ids: [],
  usesDmaApi: false,
  probe,
  remove,
  configureSriov,
  // drivers/vfio/pci/vfio_pci_core.c: vfio_pci_core_aer_err_detected()
  errorDetected: (pci) => vfioPciDeviceOf(pci)?.irqs.error?.signal(),
  // drivers/vfio/pci/vfio_pci_core.c: vfio_pci_bus_notifier()
  functionAdded: (_physical, device) => {
    device.driverOverride = "vfio-pci";
  },
};

/** What vfio-pci has made of a function, if it has it. */
export function vfioPciDeviceOf(pci: PciDevice | undefined): VfioPciDevice | undefined {
  return pci?.driverData instanceof VfioPciDevice ? pci.driverData : undefined;
}

// drivers/vfio/pci/vfio_pci.c: vfio_pci_probe(), vfio_pci_core.c: vfio_pci_core_register_device()
function probe(pci: PciDevice): Result {
  if (pci.headerType !== PciHeaderType.NORMAL) return -Errno.EINVAL;
  if ((pci.sriov?.functions.length ?? 0) > 0) return -Errno.EBUSY;
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
  // Without an IOMMU the core has made a group up.
  pci.group ??= registered.group;
  device.deviceSet.devices.add(device);
  pci.power.forbidden = false;
  pci.power.runtime = device.power;
  device.power.put();
  return 0;
}

// drivers/vfio/pci/vfio_pci_core.c: vfio_pci_core_unregister_device()
function remove(pci: PciDevice): Pending | undefined {
  const device = vfioPciDeviceOf(pci);
  if (device?.registered === undefined) return undefined;
  const { registered } = device;
  const result = inTurn([
    () => setFunctions(device, 0),
    () => unregisterDevice(registered),
    () => {
      device.deviceSet.devices.delete(device);
      device.power.get();
      pci.power.forbidden = true;
      pci.power.runtime = undefined;
      if (pci.group?.kind === "noiommu") pci.group = undefined;
      return 0;
    },
  ]);
  return typeof result === "number" ? undefined : result;
}

// drivers/vfio/pci/vfio_pci.c: vfio_pci_sriov_configure()
function configureSriov(pci: PciDevice, functions: number): Result | Pending {
  const device = vfioPciDeviceOf(pci);
  const { enableSriov } = vfioPciModule(pci.machine);
  if (device === undefined || !enableSriov) return -Errno.ENOENT;
  return setFunctions(device, functions);
}

/** While there are virtual functions, the physical one stays awake. */
// drivers/vfio/pci/vfio_pci_core.c: vfio_pci_core_sriov_configure()
function setFunctions(device: VfioPciDevice, functions: number): Result | Pending {
  const { sriov } = device.pci;
  if (sriov === undefined) return 0;
  if (functions > 0) {
    if (device.sriovActive) return -Errno.EINVAL;
    device.power.get();
    device.setPowerState(PowerState.D0);
    device.sriovActive = true;
    return sriov.enable(functions);
  }
  return inTurn([
    () => sriov.disable(),
    () => {
      device.sriovActive = false;
      device.power.put();
      return 0;
    },
  ]);
}
