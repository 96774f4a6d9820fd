/** Capability chains: what the kernel appends behind an info struct. */

import { viewOf } from "./codec.js";
import { capHeader } from "./structs.js";

/** One capability: its header, where it stands, and the bytes from its header on. */
export interface InfoCapability {
  id: number;
  version: number;
  /** Offset of the header in the whole answer. */
  offset: number;
  /** From the header to the next capability or the end of the answer. */
  bytes: Uint8Array;
}

/**
 * Walks the chain that starts at `cap_offset`. Stops at offset 0, at the end of the bytes, and at
 * an offset it has already seen: a kernel's chain is believed, but never for ever.
 */
export function* capabilities(answer: Uint8Array, capOffset: number): Generator<InfoCapability> {
  const view = viewOf(answer);
  const seen = new Set<number>();
  let offset = capOffset;
  while (offset !== 0 && offset + capHeader.size <= answer.length && !seen.has(offset)) {
    seen.add(offset);
    const next = view.getUint32(offset + capHeader.fields.next.offset, true);
    yield {
      id: view.getUint16(offset, true),
      version: view.getUint16(offset + 2, true),
      offset,
      bytes: answer.subarray(offset, next > offset ? next : answer.length),
    };
    offset = next;
  }
}
