import type { SimulatedMachine } from "../machine.js";

/** Something that is still there, and whose. */
export interface Leak {
  readonly kind: "file" | "mapping" | "watch" | "pin" | "locked" | "container" | "mdev";
  readonly pid: number | undefined;
  /** For people: `fd 5, /dev/vfio/3`. */
  readonly text: string;
}

/** What a machine still holds: a test that has cleaned up finds nothing. */
export function findLeaks(machine: SimulatedMachine): Leak[] {
  return [...processLeaks(machine), ...containerLeaks(machine), ...mdevLeaks(machine)];
}

function processLeaks({ kernels }: SimulatedMachine): Leak[] {
  return kernels.flatMap((kernel) => {
    const { pid, files, memory, lockedMemory } = kernel.process;
    const leak = (kind: Leak["kind"], text: string): Leak => ({ kind, pid, text });
    const found = [...files.entries()].map(([fd, { operations }]) =>
      leak("file", `fd ${fd}, ${operations.name}`),
    );
    for (const { address, length } of kernel.mappings) {
      found.push(leak("mapping", `${length} bytes at 0x${address.toString(16)}`));
    }
    if (kernel.watches > 0) found.push(leak("watch", `${kernel.watches} of eventfds`));
    if (memory.pins > 0) found.push(leak("pin", `${memory.pins} pinned pieces of memory`));
    if (lockedMemory.locked > 0) found.push(leak("locked", `${lockedMemory.locked} bytes`));
    return found;
  });
}

/** A container without a file lives on while a group is in it. */
function containerLeaks({ vfio }: SimulatedMachine): Leak[] {
  return [...vfio.groups]
    .filter(({ container }) => container !== undefined)
    .map(({ iommuGroup }) => ({
      kind: "container" as const,
      pid: undefined,
      text: `group ${iommuGroup?.id} is in a container`,
    }));
}

function mdevLeaks({ sysfs }: SimulatedMachine): Leak[] {
  const devices = sysfs.find("bus/mdev/devices");
  return (devices?.names ?? []).map((name) => ({ kind: "mdev", pid: undefined, text: name }));
}
