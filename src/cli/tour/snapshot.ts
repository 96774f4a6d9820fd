import { join } from "node:path";
import type { Kernel } from "../../kernel.js";
import { iommuGroups, mdevDevices } from "../../sysfs/index.js";

const NODES = "/dev/vfio";

/** What the tour must leave as it found it. */
export interface Snapshot {
  /** Nodes under /dev/vfio that this process has open. */
  readonly openFiles: readonly string[];
  /** Numbers of all IOMMU groups. */
  readonly groups: readonly number[];
  /** Nodes of groups: which of them VFIO has. */
  readonly nodes: readonly string[];
  /** UUIDs of all mediated devices. */
  readonly mdevs: readonly string[];
}

/** Takes stock at this moment. */
export function snapshot(kernel: Kernel): Snapshot {
  const { system } = kernel;
  const own = system.pid();
  const nodes = system.list(NODES).map((name) => join(NODES, name));
  return {
    openFiles: nodes.filter((path) => system.holders(path).some(({ pid }) => pid === own)),
    groups: iommuGroups(kernel).map(({ id }) => id),
    nodes,
    mdevs: mdevDevices(kernel).map(({ name }) => name),
  };
}

/** What is there now and was not before, and the other way round; empty when nothing changed. */
export function differences(before: Snapshot, after: Snapshot): string[] {
  const kinds = [
    ["open file", "openFiles"],
    ["IOMMU group", "groups"],
    ["node", "nodes"],
    ["mediated device", "mdevs"],
  ] as const;
  return kinds.flatMap(([what, key]) => {
    const [old, now] = [before[key].map(String), after[key].map(String)];
    return [
      ...now.filter((item) => !old.includes(item)).map((item) => `${what} ${item} was left`),
      ...old.filter((item) => !now.includes(item)).map((item) => `${what} ${item} has gone`),
    ];
  });
}
