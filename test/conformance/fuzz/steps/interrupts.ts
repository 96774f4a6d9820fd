import { isVfioError } from "../../../../src/errors.js";
import { num } from "../op.js";
import type { World } from "../world.js";
import { EMPTY, type Steps } from "./step.js";

/** How long an interrupt may be on its way, in milliseconds. */
const DELAY = 15;

/** Takes the counts of all eventfds. */
function counts(world: World): string {
  const bytes = new Uint8Array(8);
  const taken = world.actor.eventfds.map((fd) => {
    try {
      world.kernel.read(fd, bytes);
      return bytes[0] ?? 0;
    } catch (error) {
      if (isVfioError(error, "EAGAIN")) return 0;
      throw error;
    }
  });
  return taken.join(" ");
}

/** Steps that interrupts come from. */
export const interruptSteps: Steps = {
  /** Raises edu's interrupt, waits for it to arrive, and takes all counts. */
  raise: async (world, [slot, value]) => {
    const open = world.pick(world.actor.devices, slot);
    if (open === undefined) return EMPTY;
    const word = new Uint8Array(Uint32Array.of(num(value)).buffer);
    try {
      world.kernel.pwrite(open.fd, word, 0x60);
    } catch (error) {
      if (isVfioError(error)) return error.code;
      throw error;
    }
    await world.kernel.clock.sleep(DELAY);
    return counts(world);
  },
  /** Signals the eventfd that unmasks and that ioeventfds wait for. */
  kick: async (world) => {
    const one = new Uint8Array(8);
    one[0] = 1;
    world.kernel.write(world.actor.eventfds.at(-1) ?? -1, one);
    await world.kernel.clock.sleep(DELAY);
    return counts(world);
  },
  /** Lets interrupts that are on their way arrive, and takes all counts. */
  settle: async (world) => {
    await world.kernel.clock.sleep(DELAY);
    return counts(world);
  },
};
