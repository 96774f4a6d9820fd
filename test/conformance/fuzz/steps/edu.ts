import { isVfioError } from "../../../../src/errors.js";
import { viewOf } from "../../../../src/uapi/index.js";
import { CONFIG } from "../../fixtures/uart.js";
import { hex } from "../../trial/step.js";
import { num } from "../op.js";
import type { World } from "../world.js";
import { EMPTY, HAZARD, type Steps } from "./step.js";

/** edu's own 4 KiB, as its DMA engine addresses them. */
const BUFFER = 0x40000;
const register = { source: 0x80, destination: 0x88, count: 0x90, command: 0x98 } as const;

/** Starts a transfer and waits for its end. */
async function transfer(
  world: World,
  fd: number,
  { from, to, length, command }: { from: number; to: number; length: number; command: number },
): Promise<void> {
  const { kernel } = world;
  const set = (offset: number, value: number) =>
    kernel.pwrite(fd, new Uint8Array(BigUint64Array.of(BigInt(value)).buffer), offset);
  set(register.source, from);
  set(register.destination, to);
  set(register.count, length);
  kernel.pwrite(fd, new Uint8Array(Uint32Array.of(command).buffer), register.command);
  const bytes = new Uint8Array(4);
  do {
    await kernel.clock.sleep(5);
    kernel.pread(fd, bytes, register.command);
  } while ((viewOf(bytes).getUint32(0, true) & 1) !== 0);
}

/** Steps on edu's DMA engine. */
export const eduSteps: Steps = {
  /** Copies between IOVAs through edu; what the start of the memory holds afterwards. */
  dma: async (world, [slot, from, to, length, fill]) => {
    const open = world.pick(world.actor.devices, slot);
    if (open === undefined) return EMPTY;
    const { kind } = world.targets.at(open.target);
    if (!world.actor.local || (kind !== "edu" && kind !== "alone")) return HAZARD;
    const { m } = world.actor.places;
    m.bytes.subarray(0, 0x8000).forEach((_, at, all) => {
      all[at] = (at >> 12) * 16 + num(fill);
    });
    try {
      world.kernel.pwrite(open.fd, Uint8Array.of(6, 1), CONFIG + 4);
      const range = { length: num(length), to: BUFFER };
      await transfer(world, open.fd, { from: num(from), ...range, command: 1 });
      const back = { from: BUFFER, to: num(to), length: num(length), command: 3 };
      await transfer(world, open.fd, back);
    } catch (error) {
      if (isVfioError(error)) return error.code;
      throw error;
    }
    return hex(m.bytes.subarray(0, 0x8000));
  },
};
