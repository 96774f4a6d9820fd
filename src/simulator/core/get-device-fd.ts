import { Errno } from "../../errno.js";
import { OpenFlags } from "../../kernel.js";
import type { UserArgument } from "./argument.js";
import { DeviceFile } from "./device-file.js";
import type { GroupFile } from "./group-file.js";
import type { RequestCall } from "./request-table.js";
import type { Result } from "./result.js";
import type { VfioDevice } from "./vfio-device.js";
import type { VfioGroup } from "./vfio-group.js";

/** Longest string, its NUL included (strndup_user(arg, PAGE_SIZE)). */
const LONGEST_NAME = 4096;

// drivers/vfio/group.c: vfio_group_ioctl_get_device_fd()
export function getDeviceFd({ target, client, argument }: RequestCall<GroupFile>): Result {
  const name = readString(argument);
  if (typeof name === "number") return name;
  const device = findDevice(target.group, name);
  if (typeof device === "number") return device;
  if (!client.descriptorFree) return -Errno.EMFILE;
  const file = DeviceFile.open(client, device, target);
  if (typeof file === "number") return file;
  return client.install(file, OpenFlags.readWrite);
}

// group.c: vfio_device_get_from_name()
function findDevice(group: VfioGroup, name: string): VfioDevice | Result {
  for (const device of group.devices) {
    const match = device.ops.match?.(name) ?? (name === device.name ? 1 : 0);
    if (match < 0) return match;
    if (match > 0) return device;
  }
  return -Errno.ENODEV;
}

// mm/util.c: strndup_user()
function readString(argument: UserArgument): string | Result {
  let text = "";
  while (text.length < LONGEST_NAME) {
    const byte = argument.read(1, text.length)?.[0];
    if (byte === undefined) return -Errno.EFAULT;
    if (byte === 0) return text;
    text += String.fromCharCode(byte);
  }
  return -Errno.EINVAL;
}
