import { Errno } from "../../errno.js";
import type { IommuGroup } from "../iommu/iommu-group.js";
import type { SimulatedMachine } from "../machine.js";
import { ContainerFile } from "./container-file.js";
import { GroupFile } from "./group-file.js";
import { LowestFree } from "./lowest-free.js";
import type { DeviceRegistration } from "./registration.js";
import type { VfioDevice } from "./vfio-device.js";
import { VfioGroup } from "./vfio-group.js";
import { VfioSysfs } from "./vfio-sysfs.js";

/** Major number of the group nodes: dynamic, the first one that Linux gives. */
const GROUP_MAJOR = 511;

/** VFIO's own state of a machine: open containers, groups, and their nodes. */
export class VfioCore {
  readonly containers = new Set<ContainerFile>();
  readonly #groups = new Map<IommuGroup, VfioGroup>();
  readonly #minors = new LowestFree();
  readonly #indices = new LowestFree();
  readonly #sysfs: VfioSysfs;

  constructor(readonly machine: SimulatedMachine) {
    this.#sysfs = new VfioSysfs(machine.sysfs, machine.profile.cdev);
    machine.devfs.add("/dev/vfio/vfio", {
      mode: 0o666,
      uid: 0,
      gid: 0,
      major: 10,
      minor: 196,
      open: (client) => {
        const failed = machine.faults.allocation(client);
        return failed < 0 ? failed : new ContainerFile(machine);
      },
    });
  }

  get groups(): Iterable<VfioGroup> {
    return this.#groups.values();
  }

  /** The group of VFIO for an IOMMU group, with its node made if it is not there. */
  groupFor(iommuGroup: IommuGroup): VfioGroup {
    const there = this.#groups.get(iommuGroup);
    if (there !== undefined) return there;
    const group = new VfioGroup(iommuGroup, this.#minors.take());
    this.#groups.set(iommuGroup, group);
    const name = nodeName(iommuGroup);
    const path = `/dev/vfio/${name}`;
    this.machine.devfs.add(path, {
      mode: 0o600,
      uid: 0,
      gid: 0,
      major: GROUP_MAJOR,
      minor: group.minor,
      // drivers/vfio/group.c: vfio_group_fops_open()
      open: (client) => {
        const noiommu = iommuGroup.kind === "noiommu";
        if (noiommu && !client.capable("CAP_SYS_RAWIO")) return -Errno.EPERM;
        if (group.opened) return -Errno.EBUSY;
        return new GroupFile(path, group, this.machine);
      },
    });
    this.#sysfs.addGroup(name, GROUP_MAJOR, group.minor);
    return group;
  }

  /** A number for `vfio-dev/vfioM`, and the directory of that name. */
  addDevice(device: VfioDevice): number {
    const index = this.#indices.take();
    this.#sysfs.addDevice(device.directory, index);
    return index;
  }

  /** device_del() of the class device. */
  hideDevice({ device, index }: DeviceRegistration): void {
    this.#sysfs.removeDevice(device.directory, index);
  }

  // drivers/vfio/group.c: vfio_device_remove_group()
  removeDevice({ device, group, iommuGroup, member, index }: DeviceRegistration): void {
    this.#indices.giveBack(index);
    if (member !== undefined) iommuGroup.remove(member);
    device.group = undefined;
    device.registration = undefined;
    group.drivers -= 1;
    if (group.drivers > 0) return;
    const name = nodeName(iommuGroup);
    this.machine.devfs.remove(`/dev/vfio/${name}`);
    this.#sysfs.removeGroup(name);
    this.#minors.giveBack(group.minor);
    this.#groups.delete(iommuGroup);
    group.container?.detachGroup(group);
    group.iommuGroup = undefined;
    if (iommuGroup.kind !== "hardware") this.machine.groups.release(iommuGroup);
  }
}

function nodeName({ id, kind }: IommuGroup): string {
  return kind === "noiommu" ? `noiommu-${id}` : `${id}`;
}
