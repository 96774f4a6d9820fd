import type { VfioError } from "../errors.js";

/** What a hot reset would hit, and which groups were shown to the kernel. */
export interface HotResetFacts {
  affected(): readonly { readonly name: string; readonly group: number }[];
  groups: readonly number[];
}

/** Why a bus or slot was not reset. vfio_pci_core.c: vfio_pci_ioctl_pci_hot_reset() */
export function hotResetHint(facts: HotResetFacts, { code }: VfioError): string | undefined {
  if (code === "ENODEV") {
    return "Neither the slot nor the bus of this device can be reset (it is on a root bus).";
  }
  if (code !== "EINVAL") return undefined;
  const missing = facts.affected().filter(({ group }) => !facts.groups.includes(group));
  if (missing.length === 0) {
    return "A device on the bus is bound to a driver that is not VFIO's: bind it, or unbind it.";
  }
  const text = missing.map(({ name, group }) => `${name} (group ${group})`).join(", ");
  return `The reset would hit ${text} too: open those groups and name them all.`;
}
