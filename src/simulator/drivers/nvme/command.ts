import { viewOf } from "../../../uapi/codec.js";

/** A submission queue entry, 64 bytes. */
export interface Command {
  readonly opcode: number;
  readonly fused: number;
  /** How data is pointed to: 0 for PRP entries, else scatter-gather lists. */
  readonly dataPointer: number;
  readonly id: number;
  readonly namespace: number;
  readonly prp1: number;
  readonly prp2: number;
  /** Dwords 10 to 15. */
  readonly dword: (index: number) => number;
  readonly bytes: Uint8Array;
}

/** Bytes of a submission and of a completion queue entry. */
export const entrySize = { submission: 64, completion: 16 } as const;

/** An entry as it stands in memory. Addresses become Numbers: no machine has 2^53 bytes. */
export function decodeCommand(bytes: Uint8Array): Command {
  const view = viewOf(bytes);
  const flags = view.getUint8(1);
  return {
    opcode: view.getUint8(0),
    fused: flags & 3,
    dataPointer: flags >> 6,
    id: view.getUint16(2, true),
    namespace: view.getUint32(4, true),
    prp1: Number(view.getBigUint64(24, true)),
    prp2: Number(view.getBigUint64(32, true)),
    dword: (index) => view.getUint32(4 * index, true),
    bytes,
  };
}
