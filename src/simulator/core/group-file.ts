import { Errno } from "../../errno.js";
import { GroupFlags, Vfio } from "../../uapi/index.js";
import type { SimulatedMachine } from "../machine.js";
import { readU32, type UserArgument, writeU32 } from "./argument.js";
import type { Client } from "./client.js";
import { ContainerFile } from "./container-file.js";
import type { FileOperations } from "./file.js";
import { getDeviceFd } from "./get-device-fd.js";
import { type RequestCall, RequestTable } from "./request-table.js";
import type { Result } from "./result.js";
import type { VfioGroup } from "./vfio-group.js";

type Call = RequestCall<GroupFile>;

/**
 * An open `/dev/vfio/N`. Device files that came from it keep it open (drivers/vfio/group.c); when
 * all are gone, the group leaves its container.
 */
export class GroupFile implements FileOperations {
  /** Itself, and one for each device file. */
  #references = 1;

  constructor(
    readonly name: string,
    readonly group: VfioGroup,
    readonly machine: SimulatedMachine,
  ) {
    group.opened = true;
  }

  hold(): void {
    this.#references += 1;
  }

  // group.c: vfio_group_fops_unl_ioctl()
  ioctl(client: Client, request: number, argument: UserArgument): Result {
    return requests.run(this, client, request, argument);
  }

  // The node has a position, but the driver neither read nor write.
  pread(): Result {
    return -Errno.EINVAL;
  }

  pwrite(): Result {
    return -Errno.EINVAL;
  }

  // group.c: vfio_group_fops_release(), when the last device file has gone too
  release(): void {
    this.#references -= 1;
    if (this.#references > 0) return;
    this.group.container?.detachGroup(this.group);
    this.group.opened = false;
  }
}

const requests = new RequestTable<GroupFile>([
  { request: Vfio.GROUP_GET_STATUS, leastSize: 8, rule: getStatus },
  { request: Vfio.GROUP_SET_CONTAINER, rule: setContainer },
  { request: Vfio.GROUP_UNSET_CONTAINER, rule: unsetContainer },
  { request: Vfio.GROUP_GET_DEVICE_FD, rule: getDeviceFd },
]);

// group.c: vfio_group_ioctl_get_status()
function getStatus({ target: { group }, argument, argsz }: Call): Result {
  if (group.iommuGroup === undefined) return -Errno.ENODEV;
  let flags = 0;
  if (group.container !== undefined) flags = GroupFlags.CONTAINER_SET | GroupFlags.VIABLE;
  else if (!group.dmaClaimed) flags = GroupFlags.VIABLE;
  return writeU32(argument, 0, argsz, flags) ? 0 : -Errno.EFAULT;
}

// group.c: vfio_group_ioctl_set_container()
function setContainer({ target, client, argument }: Call): Result {
  const { group } = target;
  const fd = readU32(argument, 0);
  if (fd === undefined) return -Errno.EFAULT;
  const file = client.file(fd | 0);
  if (file === undefined) return -Errno.EBADF;
  if (group.container !== undefined) return -Errno.EINVAL;
  if (group.iommuGroup === undefined) return -Errno.ENODEV;
  if (!(file.operations instanceof ContainerFile)) {
    return -Errno[target.machine.profile.notContainerErrno];
  }
  return file.operations.container.attachGroup(client, group);
}

// group.c: vfio_group_ioctl_unset_container()
function unsetContainer({ target: { group } }: Call): Result {
  if (group.container === undefined) return -Errno.EINVAL;
  if (group.containerUsers > 0) return -Errno.EBUSY;
  group.container.detachGroup(group);
  return 0;
}
