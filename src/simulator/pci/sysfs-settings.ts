import { Errno } from "../../errno.js";
import type { Store } from "../sysfs/tree.js";
import type { PciDevice } from "./device.js";
import { parseNumber } from "./parse-number.js";

/** Nodes of memory that the machine has. */
const nodes = 1;

/**
 * Switches that change nothing that can be seen elsewhere. drivers/pci/pci-sysfs.c: pci_dev_attrs
 */
export function settingFiles(device: PciDevice): void {
  const asleep = device.power.capability !== 0;
  flag(device, "msi_bus", true);
  flag(device, "broken_parity_status", false);
  flag(device, "d3cold_allowed", asleep, asleep);
  let node = -1;
  device.directory.attribute("numa_node", {
    mode: 0o644,
    show: () => `${node}\n`,
    // drivers/pci/pci-sysfs.c: numa_node_store()
    store: (data) => {
      const wanted = data.trim() === "-1" ? -1 : parseNumber(data);
      if (wanted === undefined || wanted >= nodes) return -Errno.EINVAL;
      node = wanted;
      return data.length;
    },
  });
}

/** A number that is kept as on or off. */
function flag({ directory }: PciDevice, name: string, initial: boolean, settable = true): void {
  let on = initial;
  directory.attribute(name, {
    mode: 0o644,
    show: () => `${on ? 1 : 0}\n`,
    store: (data) => {
      const value = parseNumber(data);
      if (value === undefined) return -Errno.EINVAL;
      if (settable) on = value !== 0;
      return data.length;
    },
  });
}

const actions = ["add", "remove", "change", "move", "online", "offline", "bind", "unbind"];

/** Asks for a synthetic event; nobody listens. lib/kobject_uevent.c: kobject_synth_uevent() */
export const storeUevent: Store = (data) => {
  const [action] = data.split(/[\s\n]/, 1);
  return actions.includes(action ?? "") ? data.length : -Errno.EINVAL;
};
