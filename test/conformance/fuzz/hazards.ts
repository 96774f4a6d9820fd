import { isVfioError } from "../../../src/errors.js";
import type { Slot } from "./actor.js";
import type { Kind } from "./targets.js";
import type { World } from "./world.js";

const NONE = 1;
const EVENTFD = 4;
const TRIGGER = 0x20;
const ACTIONS = 0x38;

/**
 * Interrupt settings that no sequence may make, with the reason:
 *
 * - mtty of 6.1, TRIGGER with NONE: drops the eventfd and keeps the pointer to it
 * - mtty of 6.1, TRIGGER with EVENTFD and count 0: follows a null pointer
 * - edu, INTx enabled while its line is up: QEMU's I/O APIC model loses the interrupt
 */
export function irqHazard(
  world: World,
  { fd }: Slot,
  kind: Kind,
  [, flags = 0, index = 0, , count = 0]: number[],
): boolean {
  const action = flags & ACTIONS;
  if (world.version === "6.1" && (kind === "T1" || kind === "T2")) {
    if (action !== TRIGGER) return false;
    return (flags & NONE) !== 0 || ((flags & EVENTFD) !== 0 && count === 0);
  }
  const isEdu = kind === "edu" || kind === "alone" || kind === "bridgeA" || kind === "bridgeB";
  if (!isEdu || index !== 0 || action !== TRIGGER || (flags & EVENTFD) === 0) return false;
  return !lowered(world, fd);
}

/** Takes edu's interrupt line down; false where its registers cannot be reached. */
function lowered(world: World, fd: number): boolean {
  try {
    world.kernel.pwrite(fd, new Uint8Array(4).fill(0xff), 0x64);
    return true;
  } catch (error) {
    if (isVfioError(error)) return false;
    throw error;
  }
}

/** Offsets into edu's registers that no random write may touch, with the reason. */
const eduForbidden = [
  // The factorial is computed by a thread: what a read gives depends on when it comes.
  { from: 0x08, to: 0x0c },
  // A transfer with source or destination outside edu's buffer ends QEMU.
  { from: 0x98, to: 0xa0 },
  // Raising interrupts is a step of its own, which waits for them to arrive.
  { from: 0x60, to: 0x64 },
] as const;

/** Whether a write to edu's registers is one that no sequence may make. */
export function eduHazard(offset: number, length: number): boolean {
  return eduForbidden.some(({ from, to }) => offset < to && offset + length > from);
}

/**
 * Whether an access to a sample driver's file is undefined: it reads memory of the kernel that
 * nobody has written, or writes behind an array.
 */
export function sampleHazard(kind: Kind, access: Access): boolean {
  if (kind === "T1" || kind === "T2") return mttyHazard(access);
  if (kind === "PY") return displayConfigHazard(access);
  if (kind === "BO") return displayConfigHazard(access) || mbochsHazard(access);
  return false;
}

/** A read or write of a device's file. */
export interface Access {
  readonly offset: number;
  readonly length: number;
  readonly write: boolean;
}

/** The receiver gives garbage when it is empty, wide reads and those behind it always do. */
function mttyHazard({ offset, length, write }: Access): boolean {
  const region = Math.floor(offset / 2 ** 40);
  const at = offset % 2 ** 40;
  if (region === 7) return at + length > 0xff;
  if (region > 1) return region < 6;
  return !write && length !== 0 && (length !== 1 || at === 0 || at > 7);
}

/** Configuration space is 0xff bytes long; BARs take 4 bytes. */
function displayConfigHazard({ offset, length, write }: Access): boolean {
  if (offset >= 0x100) return false;
  return offset + length > 0xff || (write && (length % 4 !== 0 || offset % 4 !== 0));
}

/** EDID registers are 4 bytes wide and their blob ends; file access to video memory is shifted. */
function mbochsHazard({ offset, length }: Access): boolean {
  const end = offset + length;
  if (offset >= 0x3000) return end > 0x3000 + 0x3fe000;
  if (end <= 0x2000) return false;
  const aligned = offset % 4 === 0 && length % 4 === 0;
  const inRegisters = offset >= 0x2000 && end <= 0x2018;
  const inBlob = offset >= 0x2800 && end <= 0x2c00;
  return !aligned || !(inRegisters || inBlob);
}

/** mbochs until 6.12 copies as much as was asked for, more than it has written. */
export function regionHazard(world: World, kind: Kind, index: number, argsz: number): boolean {
  return kind === "BO" && world.version !== "7.2" && index !== 9 && argsz > 32 && argsz <= 48;
}
