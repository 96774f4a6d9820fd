import { structs, Vfio, viewOf } from "../../../../src/uapi/index.js";
import { featureState } from "../../fixtures/structs.js";
import { hex } from "../../trial/step.js";
import { num, wide } from "../op.js";
import { outcome, type World } from "../world.js";
import { EMPTY, filled, HAZARD, request, type Steps } from "./step.js";

/** Group descriptors for PCI_HOT_RESET: groups by target, and what is none. */
function groupFd(world: World, number: number): number {
  if (number === 9) return 999_999;
  if (number === 8) return world.pick(world.actor.containers, 0)?.fd ?? -1;
  return world.pick(world.actor.groups, number)?.fd ?? -1;
}

/** HOT_RESET_INFO names groups by numbers that differ between kernels. */
function hideGroups(bytes: Uint8Array, count: number): void {
  for (let n = 0; n < count && 16 + 8 * n <= bytes.length; n += 1)
    bytes.fill(0, 12 + 8 * n, 16 + 8 * n);
}

/**
 * Whether a request's bytes hold descriptors, whose numbers mean something else in every process;
 * or tell the kernel where to write.
 */
function takesDescriptors(kind: number, nr: number): boolean {
  if (kind === 0) return nr === 117;
  if (kind === 1) return nr === 104 || nr === 106;
  return [110, 113, 115, 116, 117].includes(nr);
}

/** Steps that one kind of device has: hot reset, ioeventfds, displays, migration. */
export const specialSteps: Steps = {
  hotResetInfo: (world, [slot, argsz]) => {
    const open = world.pick(world.actor.devices, slot);
    if (open === undefined) return EMPTY;
    const bytes = new Uint8Array(64);
    viewOf(bytes).setUint32(0, num(argsz), true);
    const result = outcome(() =>
      world.kernel.unsafeIoctl(open.fd, Vfio.DEVICE_GET_PCI_HOT_RESET_INFO, bytes),
    );
    if (result === "0") hideGroups(bytes, viewOf(bytes).getUint32(8, true));
    return `${result} ${hex(bytes.subarray(4, 40))}`;
  },
  hotReset: (world, [slot, argsz, flags, count, ...fds]) => {
    const { pciHotReset } = structs;
    const bytes = new Uint8Array(pciHotReset.size + 4 * fds.length);
    const words = new Int32Array(bytes.buffer);
    words.set([num(argsz), num(flags), num(count), ...fds.map((fd) => groupFd(world, num(fd)))]);
    return request(world, world.pick(world.actor.devices, slot), "DEVICE_PCI_HOT_RESET", bytes);
  },
  ioeventfd: (world, [slot, flags, region, offset, data, fd]) => {
    const target = num(fd) < 0 ? num(fd) : (world.actor.eventfds.at(-1) ?? -1);
    const at = BigInt(num(region)) * (1n << 40n) + BigInt(num(offset));
    const values = { argsz: 32, flags: num(flags), offset: at, data: wide(data), fd: target };
    const bytes = filled(structs.deviceIoeventfd, values, 32);
    return request(world, world.pick(world.actor.devices, slot), "DEVICE_IOEVENTFD", bytes);
  },
  plane: (world, [slot, flags, type, argsz]) => {
    const values = { argsz: num(argsz), flags: num(flags), drm_plane_type: num(type) };
    const bytes = filled(structs.deviceGfxPlaneInfo, values, 64);
    return request(world, world.pick(world.actor.devices, slot), "DEVICE_QUERY_GFX_PLANE", bytes);
  },
  migrate: (world, [slot, state, stream]) => {
    const open = world.pick(world.actor.devices, slot);
    if (open === undefined) return EMPTY;
    const flags = 2 | (1 << 17);
    const bytes = featureState.encode({ flags, device_state: num(state), data_fd: -1 });
    const result = outcome(() => world.kernel.unsafeIoctl(open.fd, Vfio.DEVICE_FEATURE, bytes));
    const { data_fd, device_state } = featureState.decode(bytes);
    if (data_fd >= 0)
      world.put(world.actor.streams, num(stream), { fd: data_fd, target: open.target });
    return `${result} ${device_state} ${data_fd >= 0 ? "fd" : data_fd}`;
  },
  streamRead: (world, [slot, length]) => {
    const open = world.pick(world.actor.streams, slot);
    if (open === undefined) return EMPTY;
    const bytes = new Uint8Array(num(length));
    const result = outcome(() => world.kernel.read(open.fd, bytes));
    return Number(result) > 0 ? `${result} ${hex(bytes.subarray(0, Number(result)))}` : result;
  },
  streamWrite: (world, [slot, digits]) => {
    const open = world.pick(world.actor.streams, slot);
    if (open === undefined) return EMPTY;
    const bytes = new Uint8Array(Buffer.from(`${digits}`, "hex"));
    return outcome(() => world.kernel.write(open.fd, bytes));
  },
  precopy: (world, [slot, argsz]) => {
    const bytes = filled(structs.precopyInfo, { argsz: num(argsz) }, 24);
    return request(world, world.pick(world.actor.streams, slot), "MIG_GET_PRECOPY_INFO", bytes);
  },
  /** Any request with words that no program passes. Descriptors are in other steps. */
  words: (world, [kind, slot, nr, ...words]) => {
    const slots = [world.actor.containers, world.actor.groups, world.actor.devices][num(kind) % 3];
    if (takesDescriptors(num(kind) % 3, num(nr))) return HAZARD;
    const argument = new Uint8Array(Uint32Array.from(words, (word) => num(word)).buffer);
    const open = slots === undefined ? undefined : world.pick(slots, slot);
    return request(world, open, 0x3b00 + num(nr), argument);
  },
  /** Any request number with an argument that is no memory, or memory that is too short. */
  raw: (world, [kind, slot, nr, length]) => {
    const slots = [
      world.actor.containers,
      world.actor.groups,
      world.actor.devices,
      world.actor.streams,
    ][num(kind) % 4];
    const number = 0x3b00 + num(nr);
    // Closing what a request opens by an address is nobody's; these take a string or a number.
    const argument = num(length) < 0 ? 0 : new Uint8Array(num(length));
    return request(
      world,
      slots === undefined ? undefined : world.pick(slots, slot),
      number,
      argument,
    );
  },
};
