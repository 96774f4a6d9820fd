import { viewOf } from "../../../uapi/codec.js";
import type { Controller } from "./controller.js";

/** A log page's bytes, or undefined for one that there is not. */
export function logPage(controller: Controller, id: number): Uint8Array | undefined {
  switch (id) {
    case 1:
      return new Uint8Array(64);
    case 2:
      return health(controller);
    case 3:
      return firmware();
    case 4:
      return new Uint8Array(4096);
    case 5:
      return effects();
    default:
      return undefined;
  }
}

/** Kelvin: 50 degrees Celsius. */
const temperature = 0x143;

function health({ counters }: Controller): Uint8Array {
  const bytes = new Uint8Array(512);
  const view = viewOf(bytes);
  const thousands = (blocks: number) => BigInt(Math.ceil(blocks / 1000));
  view.setUint16(1, temperature, true);
  view.setBigUint64(32, thousands(counters.blocksRead), true);
  view.setBigUint64(48, thousands(counters.blocksWritten), true);
  view.setBigUint64(64, BigInt(counters.reads), true);
  view.setBigUint64(80, BigInt(counters.writes), true);
  return bytes;
}

/** One slot, with revision 1.0. */
function firmware(): Uint8Array {
  const bytes = new Uint8Array(512);
  bytes[0] = 1;
  bytes.set(Buffer.from("1.0     "), 8);
  return bytes;
}

/** Commands supported, and those that change data (bit 1). */
const adminCommands = [0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 0x1c, 0x7c];
const changingAdmin: Readonly<Record<number, number>> = { 21: 0x9, 128: 0x1 };
const ioCommands: Readonly<Record<number, number>> = {
  0: 3,
  1: 3,
  2: 1,
  5: 1,
  8: 3,
  9: 3,
  12: 1,
  25: 3,
};

function effects(): Uint8Array {
  const bytes = new Uint8Array(4096);
  const view = viewOf(bytes);
  for (const opcode of adminCommands) view.setUint32(4 * opcode, 1, true);
  for (const [opcode, value] of Object.entries(changingAdmin)) {
    view.setUint32(4 * Number(opcode), value, true);
  }
  for (const [opcode, value] of Object.entries(ioCommands)) {
    view.setUint32(1024 + 4 * Number(opcode), value, true);
  }
  return bytes;
}
