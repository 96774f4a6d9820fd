import type { VfioError } from "../errors.js";

/** A device that is open, and how much of it is mapped. */
export interface OpenDevice {
  readonly name: string;
  /** Live mappings, as messages name them. */
  readonly liveMappings: readonly string[];
}

/** Why a group could not leave its container. group.c: vfio_group_ioctl_unset_container() */
export function unsetContainerHint(
  devices: readonly OpenDevice[],
  { code }: VfioError,
): string | undefined {
  if (code === "EINVAL") return "The group is in no container.";
  if (code !== "EBUSY") return undefined;
  if (devices.length === 0) {
    return "A device of the group is open or mapped through another descriptor: close that first.";
  }
  const text = devices.map(({ name, liveMappings }) =>
    liveMappings.length === 0 ? name : `${name} (mapped: ${liveMappings.join(", ")})`,
  );
  return `Still open: ${text.join(", ")}. Close that first.`;
}
