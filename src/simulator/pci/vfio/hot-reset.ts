import { Errno } from "../../../errno.js";
import { viewOf } from "../../../uapi/codec.js";
import { pciDependentDevice, pciHotReset, pciHotResetInfo } from "../../../uapi/structs.js";
import type { UserArgument } from "../../core/argument.js";
import type { Client } from "../../core/client.js";
import { GroupFile } from "../../core/group-file.js";
import type { Result } from "../../core/result.js";
import { devfn } from "../address.js";
import type { PciDevice } from "../device.js";
import { PowerState } from "../power.js";
import { resetBus } from "../reset-bus.js";
import { readChecked } from "./checked.js";
import type { VfioPciDevice } from "./device.js";
import type { DeviceSet } from "./device-set.js";

// drivers/vfio/pci/vfio_pci_core.c: vfio_pci_ioctl_get_pci_hot_reset_info()
export function getHotResetInfo({ pci }: VfioPciDevice, argument: UserArgument): Result {
  const info = readChecked(argument, pciHotResetInfo, pciHotResetInfo.size);
  if (typeof info === "number") return info;
  if (!busResetPossible(pci)) return -Errno.ENODEV;
  const devices = [...pci.bus.walk()];
  const room = pciHotResetInfo.size + devices.length * pciDependentDevice.size;
  const header = { argsz: info.argsz, flags: 0, count: devices.length };
  if (info.argsz < room) {
    return argument.write(pciHotResetInfo.encode(header)) ? -Errno.ENOSPC : -Errno.EFAULT;
  }
  if (devices.some(({ group }) => group === undefined)) return -Errno.EPERM;
  if (!argument.write(pciHotResetInfo.encode(header))) return -Errno.EFAULT;
  const rows = Uint8Array.from(devices.flatMap((device) => [...describe(device)]));
  return argument.write(rows, pciHotResetInfo.size) ? 0 : -Errno.EFAULT;
}

// drivers/vfio/pci/vfio_pci_core.c: vfio_pci_ioctl_pci_hot_reset()
export function hotReset(device: VfioPciDevice, client: Client, argument: UserArgument): Result {
  const request = readChecked(argument, pciHotReset, pciHotReset.size);
  if (typeof request === "number") return request;
  const { flags, count } = request;
  if (flags !== 0) return -Errno.EINVAL;
  if (device.profile.hotResetCountFirst && count === 0) return -Errno.EINVAL;
  if (!busResetPossible(device.pci)) return -Errno.ENODEV;
  const affected = [...device.pci.bus.walk()];
  if (count === 0 || count > affected.length) return -Errno.EINVAL;
  const bytes = argument.read(4 * count, pciHotReset.size);
  if (bytes === undefined) return -Errno.EFAULT;
  const groups = groupsOf(client, bytes);
  return typeof groups === "number" ? groups : resetSet(device.deviceSet, affected, groups);
}

/** The last device of a set has been closed: a bus reset is possible now. */
// drivers/vfio/pci/vfio_pci_core.c: vfio_pci_dev_set_try_reset()
export function resetIdleSet({ devices }: DeviceSet): void {
  const [first] = devices;
  if (first === undefined || !busResetPossible(first.pci)) return;
  const members = [...devices];
  if (members.some(({ open }) => open) || !members.some(({ needsReset }) => needsReset)) return;
  const affected = [...first.pci.bus.walk()];
  if (!inSet(devices, affected)) return;
  for (const one of members) one.power.get();
  if (resetBus(first.pci.bus) === 0) for (const one of members) one.needsReset = false;
  for (const one of members) one.power.put();
}

/** There is a bridge to reset the bus with. pci_probe_reset_bus() */
function busResetPossible({ bus }: PciDevice): boolean {
  return bus.bridge !== undefined;
}

function describe({ group, address }: PciDevice): Uint8Array {
  const { domain: segment, bus } = address;
  const group_id = group?.id ?? 0;
  return pciDependentDevice.encode({ group_id, segment, bus, devfn: devfn(address) });
}

/** The groups behind the descriptors of a request. */
function groupsOf(client: Client, bytes: Uint8Array): GroupFile[] | Result {
  const view = viewOf(bytes);
  const files: GroupFile[] = [];
  for (let at = 0; at < bytes.length; at += 4) {
    const file = client.file(view.getInt32(at, true));
    if (file === undefined) return -Errno.EBADF;
    if (!(file.operations instanceof GroupFile)) return -Errno.EINVAL;
    files.push(file.operations);
  }
  return files;
}

// drivers/vfio/pci/vfio_pci_core.c: vfio_pci_dev_set_hot_reset()
function resetSet(
  { devices }: DeviceSet,
  affected: readonly PciDevice[],
  groups: readonly GroupFile[],
): Result {
  if (!inSet(devices, affected)) return -Errno.EINVAL;
  for (const { pci } of devices) {
    if (!groups.some(({ group }) => group.iommuGroup === pci.group)) return -Errno.EINVAL;
  }
  const [first] = devices;
  for (const device of devices) device.power.get();
  for (const device of devices) device.setPowerState(PowerState.D0);
  const result = first === undefined ? -Errno.EINVAL : resetBus(first.pci.bus);
  for (const device of devices) device.power.put();
  return result;
}

/** Everything that a reset would hit is in the hands of vfio-pci. */
function inSet(devices: ReadonlySet<VfioPciDevice>, affected: readonly PciDevice[]): boolean {
  const known = new Set([...devices].map(({ pci }) => pci));
  return affected.every((device) => known.has(device));
}
