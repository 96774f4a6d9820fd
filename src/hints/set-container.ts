import type { VfioError } from "../errors.js";
import { ifThere } from "../sysfs/attribute.js";
import { iommuGroup } from "../sysfs/iommu-group.js";
import { blockers } from "../sysfs/viability.js";
import type { GroupFacts } from "./open-group.js";

/** Why a group could not be put into a container. group.c: vfio_group_ioctl_set_container() */
export function setContainerHint(facts: GroupFacts, error: VfioError): string | undefined {
  const { id } = facts;
  switch (error.code) {
    case "EPERM":
      return notViable(facts) ?? otherwiseForbidden(facts);
    case "EINVAL":
      return (
        `Group ${id} is in a container already, or the IOMMU of this one does not fit ` +
        "(a mapping lies where the group's devices cannot reach): give it a container of its own."
      );
    case "EBUSY":
      return `The devices of group ${id} are owned by another user of the IOMMU.`;
    case "ENODEV":
      return `The devices of group ${id} are gone.`;
    default:
      return undefined;
  }
}

/** Which devices keep a group from user space, and how to take them along; undefined if none do. */
export function notViable({ kernel, id }: GroupFacts): string | undefined {
  const group = ifThere(() => iommuGroup(kernel, id));
  const blocking = group === undefined ? [] : blockers(group);
  const first = blocking[0];
  if (first === undefined) return undefined;
  const text = blocking.map(({ name, driver }) => `${name} is bound to ${driver}`).join(", ");
  return (
    `Group ${id} is not viable: ${text}. All devices of a group change hands together: ` +
    `\`sudo vfio bind ${first.name}\`, or unbind it.`
  );
}

function otherwiseForbidden({ path }: GroupFacts): string {
  return path.includes("noiommu")
    ? "Groups without an IOMMU need CAP_SYS_RAWIO, and a container of their own."
    : "The platform does not isolate interrupts (no interrupt remapping), or a device of the " +
        "group has another owner. vfio_iommu_type1.allow_unsafe_interrupts=1 lifts the first.";
}
