import { hex } from "../../trial/step.js";
import { eduHazard, sampleHazard } from "../hazards.js";
import { num } from "../op.js";
import type { Kind } from "../targets.js";
import { outcome, type Slot, type World } from "../world.js";
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
    world.mappings.get(to ?? 0)?.mapping.close();
    world.mappings.set(to ?? 0, { mapping, target: slot.target });
    return 0;
  });
}

/** Reads and writes of devices, by file and by mapping. */
export const accessSteps: Steps = {
  read: (world, [slot, region, offset, length]) => {
    const open = world.pick(world.devices, slot);
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
    const open = world.pick(world.devices, slot);
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
    const open = world.pick(world.devices, values[0]);
    return open === undefined ? EMPTY : mmap(world, open, values);
  },
  munmap: (world, [slot]) => {
    const mapped = world.take(world.mappings, slot);
    if (mapped === undefined) return EMPTY;
    mapped.mapping.close();
    return "0";
  },
  peek: (world, [slot, offset]) => {
    const mapped = world.pick(world.mappings, slot);
    if (mapped === undefined) return EMPTY;
    const { mapping, target } = mapped;
    if (world.targets.at(target).kind === "nvme") return HAZARD;
    const at = num(offset) % mapping.length;
    return outcome(() => mapping.read32(at - (at % 4)));
  },
  poke: (world, [slot, offset, value]) => {
    const mapped = world.pick(world.mappings, slot);
    if (mapped === undefined) return EMPTY;
    const { mapping, target } = mapped;
    const { kind } = world.targets.at(target);
    const at = num(offset) % mapping.length;
    const aligned = at - (at % 4);
    if (forbidden(kind, 0, { offset: aligned, length: 4 })) return HAZARD;
    return outcome(() => {
      mapping.write32(aligned, num(value) >>> 0);
      return 0;
    });
  },
};
