import type { Fd, Kernel } from "../kernel.js";
import { type Fields, type Struct, type Values, viewOf } from "../uapi/codec.js";

/** A struct that the kernel filled in, and the whole answer with its capability chain. */
export interface Answer<F extends Fields> {
  values: Values<F>;
  bytes: Uint8Array;
}

/** How to ask: where, what, and the fields that are the question. */
export interface Question<F extends Fields> {
  kernel: Kernel;
  fd: Fd;
  request: number;
  layout: Struct<F>;
  values?: Partial<Values<F>>;
  /** Bytes for capabilities in the first try. None unless told: old mbochs refuses them. */
  room?: number;
}

/** A chain can grow between two calls, but not for ever. */
const TRIES = 4;

/**
 * Asks for an info struct with its capabilities. The kernel says in `argsz` how much room it needs;
 * asked with less it answers without capabilities, so it is asked again.
 */
export function query<F extends Fields>(question: Question<F>): Answer<F> {
  const { kernel, fd, request, layout, values = {} } = question;
  let room = question.room ?? 0;
  for (let left = TRIES; ; left--) {
    const bytes = layout.encode(values, room);
    kernel.ioctl(fd, request, bytes);
    const wanted = viewOf(bytes).getUint32(0, true);
    if (wanted <= bytes.length || left === 0) return { values: layout.decode(bytes), bytes };
    room = wanted - layout.size;
  }
}
