import { Errno } from "../errno.js";
import { isVfioError, VfioError } from "../errors.js";
import type { Kernel } from "../kernel.js";
import { hinted, writeHint } from "./hint.js";
import { type MdevDevice, mdevDevice } from "./mdev-device.js";
import { type MdevType, mdevParentNames, mdevTypes } from "./mdev-type.js";
import { pciAddress, similarNames, uuid as validUuid } from "./name.js";

/** What to make, and where. */
export interface StartMdevOptions {
  /** The parent's name, `mtty` or `0000:06:00.0` (short form too). One that offers the type. */
  parent?: string | undefined;
  /** Type id, `mtty-1`. */
  type: string;
  /** The new device's UUID; a random one unless told. */
  uuid?: string | undefined;
}

/**
 * Creates a mediated device: one write of the UUID to the type's `create`.
 * drivers/vfio/mdev/mdev_core.c: mdev_device_create()
 *
 * @throws TypeError for a text that is not a UUID
 * @throws VfioError ENODEV (no such parent or type), EEXIST (UUID in use), EUSERS or ENOSPC (none
 *   available), EACCES; each with a hint
 */
export function startMdev(
  kernel: Pick<Kernel, "sysfs" | "system">,
  { parent, type, uuid = crypto.randomUUID() }: StartMdevOptions,
): MdevDevice {
  const name = validUuid(uuid);
  if (name === undefined) throw new TypeError(`uuid: '${uuid}' is not a UUID`);
  const found = findType(kernel, { parent, type });
  hinted(
    () => kernel.sysfs.write(`${found.path}/create`, name),
    (error) => createHint(found, name, error) ?? writeHint(kernel, error),
  );
  return mdevDevice(kernel, name);
}

function findType(
  kernel: Pick<Kernel, "sysfs">,
  { parent, type }: { parent: string | undefined; type: string },
): MdevType {
  const parentName = parent === undefined ? undefined : (pciAddress(parent) ?? parent);
  const offered = mdevTypes(kernel, { parent: parentName });
  const matching = offered.filter(({ id }) => id === type);
  const found = matching.find(({ available }) => available > 0) ?? matching[0];
  if (found !== undefined) return found;
  throw new VfioError({
    errno: Errno.ENODEV,
    syscall: "open",
    path: `/sys/class/mdev_bus/${parentName ?? "*"}/mdev_supported_types/${type}`,
    hint: noSuchType(kernel, { parent: parentName, type, offered }),
  });
}

function noSuchType(
  kernel: Pick<Kernel, "sysfs">,
  { parent, type, offered }: { parent: string | undefined; type: string; offered: MdevType[] },
): string {
  const parents = mdevParentNames(kernel);
  if (parents.length === 0) {
    return "No device here can be a parent of mediated devices: load a driver that makes them.";
  }
  if (parent !== undefined && !parents.includes(parent)) {
    return `${parent} is no parent of mediated devices. Parents: ${parents.join(", ")}.`;
  }
  const ids = [...new Set(offered.map(({ id }) => id))];
  const similar = similarNames(type, ids);
  const refusal = parent === undefined ? "No parent offers" : `${parent} does not offer`;
  const instead =
    similar.length > 0 ? `Did you mean ${similar.join(", ")}?` : `Types: ${ids.join(", ")}.`;
  return `${refusal} type ${type}. ${instead}`;
}

function createHint(type: MdevType, uuid: string, error: unknown): string | undefined {
  if (!isVfioError(error)) return undefined;
  switch (error.code) {
    case "EEXIST":
      return `A mediated device ${uuid} exists already, or is still being removed.`;
    case "EUSERS":
    case "ENOSPC":
      return (
        `${type.parent} has room for ${type.available} more of type ${type.id}. ` +
        "All types of a parent share it: stop one with `vfio mdev stop`."
      );
    case "ENODEV":
      return `${type.parent} is going away.`;
    default:
      return undefined;
  }
}
