/** A small piece of memory to copy a struct into, as bytes and as a view. */
export interface Scratch {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

/** The largest struct that is copied in one piece, in bytes. */
const SIZE = 64;

/** How many pieces are in use at a time: calls of rules within rules, with a few structs each. */
const COUNT = 64;

/**
 * Pieces to copy arguments into: a fresh array with a view of its own costs microseconds. They
 * carry nothing from one use to the next.
 */
const ring: Scratch[] = Array.from({ length: COUNT }, () => {
  const buffer = new ArrayBuffer(SIZE);
  return { bytes: new Uint8Array(buffer), view: new DataView(buffer) };
});
let next = 0;

/** The next piece; what is in it is undefined. It is another's after 63 more. */
export function scratch(): Scratch {
  next = (next + 1) % COUNT;
  return ring[next] as Scratch;
}

/** Whether a struct of so many bytes fits into a piece. */
export function fitsScratch(length: number): boolean {
  return length <= SIZE;
}
