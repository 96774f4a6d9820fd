import { isVfioError } from "../../../../src/errors.js";
import { hex } from "../../trial/step.js";
import type { Slot } from "../actor.js";
import { eduHazard, sampleHazard } from "../hazards.js";
import { num } from "../op.js";
import type { Kind } from "../targets.js";
import { outcome, type World } from "../world.js";
import { EMPTY, HAZARD, type Steps } from "./step.js";

const EDUS: readonly Kind[] = ["edu", "alone", "bridgeA", "bridgeB"];

/** Where in a device's file a region begins: samples with a display have their own order. */
function fileOffset(kind: Kind, region: number, offset: number): number {
  return kind === "PY" || kind === "BO" ? offset : region * 2 ** 40 + offset;
}

function forbidden(kind: Kind, region: number, at: { offset: number; length: number }): boolean {
  if (kind === "nvme") return region < 7;
  return region === 0 && EDUS.includes(kind) && eduHazard(at.offset, at.length);
}

function mmap(world: World, slot: Slot, values: readonly (number | string)[]): string {
  const [, to, region, offset, length, isPrivate] = values.map(Number);
  const { kind } = world.targets.at(slot.target);
  return outcome(() => {
    const mapping = world.kernel.mmap(slot.fd, {
      offset: fileOffset(kind, region ?? 0, offset ?? 0),
      length: length ?? 0,
      private: isPrivate === 1,
    });
    world.actor.mappings.get(to ?? 0)?.mapping.close();
    world.actor.mappings.set(to ?? 0, { mapping, target: slot.target });
    return 0;
  });
}

/** Reads and writes of devices, by file and by mapping. */
export const accessSteps: Steps = {
  read: (world, [slot, region, offset, length]) => {
    const open = world.pick(world.actor.devices, slot);
    if (open === undefined) return EMPTY;
    const { kind } = world.targets.at(open.target);
    const at = fileOffset(kind, num(region), num(offset));
    const access = { offset: at, length: num(length), write: false };
    if (sampleHazard(kind, access) || (kind === "nvme" && num(region) < 7)) return HAZARD;
    const bytes = new Uint8Array(num(length));
    const result = outcome(() => world.kernel.pread(open.fd, bytes, at));
    return Number(result) > 0 ? `${result} ${hex(bytes.subarray(0, Number(result)))}` : result;
  },
  write: (world, [slot, region, offset, digits]) => {
    const open = world.pick(world.actor.devices, slot);
    if (open === undefined) return EMPTY;
    const { kind } = world.targets.at(open.target);
    const bytes = new Uint8Array(Buffer.from(`${digits}`, "hex"));
    const at = fileOffset(kind, num(region), num(offset));
    const access = { offset: at, length: bytes.length, write: true };
    const place = { offset: num(offset), length: bytes.length };
    if (sampleHazard(kind, access) || forbidden(kind, num(region), place)) return HAZARD;
    return outcome(() => world.kernel.pwrite(open.fd, bytes, at));
  },
  mmap: (world, values) => {
    const open = world.pick(world.actor.devices, values[0]);
    if (!world.actor.local) return HAZARD;
    return open === undefined ? EMPTY : mmap(world, open, values);
  },
  munmap: (world, [slot]) => {
    const mapped = world.take(world.actor.mappings, slot);
    if (mapped === undefined) return EMPTY;
    mapped.mapping.close();
    return "0";
  },
  peek: (world, [slot, offset, width]) => {
    const mapped = world.pick(world.actor.mappings, slot);
    if (mapped === undefined) return EMPTY;
    const { mapping, target } = mapped;
    const { kind } = world.targets.at(target);
    const bytes = bytesOf(width);
    const at = aligned(num(offset), bytes, mapping.length);
    if (kind === "nvme") return HAZARD;
    if (bytes === 8) return text(() => mapping.read64(at).toString(16));
    if (bytes === 4) return text(() => mapping.read32(at).toString(16));
    return text(() => (bytes === 2 ? mapping.read16(at) : mapping.read8(at)).toString(16));
  },
  poke: (world, [slot, offset, value, width]) => {
    const mapped = world.pick(world.actor.mappings, slot);
    if (mapped === undefined) return EMPTY;
    const { mapping, target } = mapped;
    const bytes = bytesOf(width);
    const at = aligned(num(offset), bytes, mapping.length);
    const place = { offset: at, length: bytes };
    if (forbidden(world.targets.at(target).kind, 0, place)) return HAZARD;
    return outcome(() => {
      if (bytes === 8) mapping.write64(at, BigInt(num(value)) * 0x1_0000_0001n);
      else if (bytes === 4) mapping.write32(at, num(value) >>> 0);
      else if (bytes === 2) mapping.write16(at, num(value) & 0xffff);
      else mapping.write8(at, num(value) & 0xff);
      return 0;
    });
  },
};

function bytesOf(width: number | string | undefined): 1 | 2 | 4 | 8 {
  return ([4, 1, 2, 8] as const)[num(width) % 4] ?? 4;
}

/** The offset inside the mapping and aligned to the width. */
function aligned(offset: number, width: number, length: number): number {
  const at = offset % length;
  return at - (at % width);
}

function text(read: () => string): string {
  try {
    return read();
  } catch (error) {
    if (isVfioError(error)) return error.code;
    throw error;
  }
}
