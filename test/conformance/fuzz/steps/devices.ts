import { structs } from "../../../../src/uapi/index.js";
import type { Slot } from "../actor.js";
import { irqHazard, regionHazard } from "../hazards.js";
import { num } from "../op.js";
import { strands } from "../stranded.js";
import { outcome, type World } from "../world.js";
import { EMPTY, filled, HAZARD, request, type Steps } from "./step.js";

function device(world: World, slot: number | string | undefined): Slot | undefined {
  return world.pick(world.actor.devices, slot);
}

/**
 * Descriptors for SET_IRQS: eventfds by number, and what is none. The last eventfd unmasks, the
 * others are signalled: one that does both never comes to rest.
 */
function irqFd(world: World, number: number, unmasks: boolean): number {
  if (number < 0) return number;
  if (number === 9) return 999_999;
  if (number === 8) return world.pick(world.actor.containers, 0)?.fd ?? -1;
  const last = world.actor.eventfds.length - 1;
  return world.actor.eventfds[unmasks ? last : number % last] ?? -1;
}

function irqArgument(world: World, values: readonly (number | string)[]): Uint8Array {
  const [, flags, index, start, count, length, ...targets] = values.map(Number);
  const { irqSet } = structs;
  const unmasks = ((flags ?? 0) & 0x30) === 0x10;
  const data = Int32Array.from(targets, (target) => irqFd(world, target, unmasks));
  const raw =
    ((flags ?? 0) & 7) === 2
      ? Uint8Array.from(targets, (target) => (target < 0 ? 0 : target))
      : new Uint8Array(data.buffer);
  const bytes = new Uint8Array(irqSet.size + (length ?? 0));
  bytes.set(raw.subarray(0, length), irqSet.size);
  const header = { argsz: bytes.length, flags, index, start, count };
  for (const [name, value] of Object.entries(header)) {
    const { offset } = irqSet.fields[name as keyof typeof header];
    new DataView(bytes.buffer).setUint32(offset, (value ?? 0) >>> 0, true);
  }
  return bytes;
}

/** Steps on devices of any kind. */
export const deviceSteps: Steps = {
  closeDevice: (world, [slot]) => {
    const candidate = world.pick(world.actor.devices, slot);
    if (candidate !== undefined && strands(world, candidate)) return HAZARD;
    const open = world.take(world.actor.devices, slot);
    if (open === undefined) return EMPTY;
    return outcome(() => {
      world.kernel.close(open.fd);
      return 0;
    });
  },
  dupDevice: (world, [from, to]) => {
    const open = device(world, from);
    if (open === undefined) return EMPTY;
    world.put(world.actor.devices, num(to), { ...open, fd: world.kernel.dup(open.fd) });
    return "0";
  },
  info: (world, [slot, argsz, room]) =>
    request(
      world,
      device(world, slot),
      "DEVICE_GET_INFO",
      filled(structs.deviceInfo, { argsz: num(argsz) }, num(room)),
    ),
  region: (world, [slot, index, argsz, room]) => {
    const open = device(world, slot);
    if (open === undefined) return EMPTY;
    const { kind } = world.targets.at(open.target);
    if (regionHazard(world, kind, num(index), num(argsz))) return HAZARD;
    const bytes = filled(structs.regionInfo, { argsz: num(argsz), index: num(index) }, num(room));
    return request(world, open, "DEVICE_GET_REGION_INFO", bytes);
  },
  irqInfo: (world, [slot, index, argsz]) =>
    request(
      world,
      device(world, slot),
      "DEVICE_GET_IRQ_INFO",
      filled(structs.irqInfo, { argsz: num(argsz), index: num(index) }, 16),
    ),
  reset: (world, [slot]) => request(world, device(world, slot), "DEVICE_RESET", 0),
  irq: (world, values) => {
    const open = device(world, values[0]);
    if (open === undefined) return EMPTY;
    const { kind } = world.targets.at(open.target);
    if (irqHazard(world, open, kind, values.map(Number))) return HAZARD;
    return request(world, open, "DEVICE_SET_IRQS", irqArgument(world, values));
  },
  signals: (world, [number]) => {
    const fd = world.actor.eventfds[num(number) % world.actor.eventfds.length] ?? -1;
    const bytes = new Uint8Array(8);
    const result = outcome(() => world.kernel.read(fd, bytes));
    return result === "8" ? `${bytes[0]}` : result;
  },
  feature: (world, [slot, flags, length, argsz]) => {
    const bytes = new Uint8Array(8 + num(length));
    new Uint32Array(bytes.buffer, 0, 2).set([num(argsz) >>> 0, num(flags) >>> 0]);
    return request(world, device(world, slot), "DEVICE_FEATURE", bytes);
  },
};
