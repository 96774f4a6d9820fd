import type { IoctlArgument } from "../../../../src/kernel.js";
import { type Fields, type Struct, Vfio, viewOf } from "../../../../src/uapi/index.js";
import { changes } from "../../trial/step.js";
import type { Slot } from "../actor.js";
import { outcome, type World } from "../world.js";

/** Performs one step: what it gave, as text. */
export type Step = (world: World, values: readonly (number | string)[]) => string | Promise<string>;

/** Steps by the name that ops have. */
export type Steps = Readonly<Record<string, Step>>;

/** What a step gives whose slot is empty, on every kernel. */
export const EMPTY = "-";

/** What a step gives that would undo a real kernel, on every kernel. */
export const HAZARD = "hazard";

/** A request by its C name. */
export type RequestName = keyof typeof Vfio;

/** An ioctl on a slot's file: the result and the bytes that changed. */
export function request(
  world: World,
  slot: Slot | undefined,
  name: RequestName | number,
  argument: IoctlArgument,
): string {
  if (slot === undefined) return EMPTY;
  const number = typeof name === "number" ? name : Vfio[name];
  if (!(argument instanceof Uint8Array)) {
    return outcome(() => world.kernel.unsafeIoctl(slot.fd, number, argument));
  }
  const before = argument.slice();
  const result = outcome(() => world.kernel.unsafeIoctl(slot.fd, number, argument));
  const changed = changes({ before, after: argument });
  return changed === "" ? result : `${result} ${changed}`;
}

/** A struct filled with a pattern, so that every write shows; `room` bytes of it are there. */
export function filled<F extends Fields>(
  layout: Struct<F>,
  values: Readonly<Record<string, number | bigint>>,
  room: number,
): Uint8Array {
  const bytes = new Uint8Array(Math.max(room, layout.size)).fill(0xa5);
  const view = viewOf(bytes);
  for (const [name, value] of Object.entries(values)) {
    const field = layout.fields[name];
    if (field === undefined) throw new Error(`${layout.name} has no ${name}`);
    if (field.size === 8) view.setBigUint64(field.offset, BigInt(value), true);
    else view.setUint32(field.offset, Number(value) >>> 0, true);
  }
  return bytes.slice(0, room);
}
