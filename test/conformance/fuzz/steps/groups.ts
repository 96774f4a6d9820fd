import { OpenFlags } from "../../../../src/kernel.js";
import { structs } from "../../../../src/uapi/index.js";
import { num } from "../op.js";
import { outcome, type World } from "../world.js";
import { EMPTY, filled, request, type Steps } from "./step.js";

/** Descriptors for SET_CONTAINER: containers by slot, and what is none. */
function containerFd(world: World, number: number): number {
  if (number === 90) return -1;
  if (number === 91) return 999_999;
  if (number === 92) return world.actor.eventfds[0] ?? -1;
  return world.pick(world.actor.containers, number)?.fd ?? -1;
}

/** Names for GET_DEVICE_FD: of targets, and what is near one. */
function deviceName(world: World, target: number, how: number): string {
  const { name } = world.targets.at(target);
  const names = [name, name, name, `${name} `, name.toUpperCase(), name.slice(1), "", "nonexist"];
  return names[how % names.length] ?? name;
}

/** Steps on groups. A group's slot has the number of its target. */
export const groupSteps: Steps = {
  openGroup: (world, [target]) => {
    const slot = num(target) % world.targets.count;
    let opened = -1;
    const result = outcome(() => {
      opened = world.kernel.open(world.targets.at(slot).node, OpenFlags.readWrite);
      return 0;
    });
    if (opened >= 0) world.put(world.actor.groups, slot, { fd: opened, target: slot });
    return result;
  },
  closeGroup: (world, [target]) => {
    const open = world.take(world.actor.groups, target);
    if (open === undefined) return EMPTY;
    return outcome(() => {
      world.kernel.close(open.fd);
      return 0;
    });
  },
  status: (world, [target, argsz]) =>
    request(
      world,
      group(world, target),
      "GROUP_GET_STATUS",
      filled(structs.groupStatus, { argsz: num(argsz) }, 8),
    ),
  setContainer: (world, [target, container]) => {
    const fd = containerFd(world, num(container));
    const bytes = new Uint8Array(Int32Array.of(fd).buffer);
    return request(world, group(world, target), "GROUP_SET_CONTAINER", bytes);
  },
  unsetContainer: (world, [target]) =>
    request(world, group(world, target), "GROUP_UNSET_CONTAINER", 0),
  openDevice: (world, [slot, from, target, how]) => {
    const open = group(world, from);
    if (open === undefined) return EMPTY;
    const name = deviceName(world, num(target), num(how));
    let opened = -1;
    const result = outcome(() => {
      opened = world.kernel.unsafeIoctl(open.fd, 0x3b6a, name);
      return 0;
    });
    if (opened < 0) return result;
    const number = num(target) % world.targets.count;
    world.put(world.actor.devices, num(slot), { fd: opened, target: number });
    return result;
  },
};

function group(world: World, target: number | string | undefined) {
  return world.pick(world.actor.groups, target);
}
