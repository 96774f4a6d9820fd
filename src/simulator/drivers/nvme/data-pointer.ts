import { viewOf } from "../../../uapi/codec.js";
import type { ChipBus } from "../../pci/chip.js";
import type { Command } from "./command.js";
import { failure, type Outcome } from "./status.js";

/** A piece of memory that data goes to or comes from; undefined where it is thrown away. */
export interface Segment {
  readonly address: number | undefined;
  readonly length: number;
}

/** The memory that a command points to, or how it fails. */
export function segmentsOf(
  bus: ChipBus,
  command: Command,
  length: number,
  pageSize: number,
): Segment[] | Outcome {
  return command.dataPointer === 0
    ? pagesOf(bus, command, length, pageSize)
    : listOf(bus, command.bytes.subarray(24, 40), length);
}

/** Copies a device's bytes to memory. */
export function scatter(bus: ChipBus, segments: readonly Segment[], source: Uint8Array): void {
  let done = 0;
  for (const { address, length } of segments) {
    if (address !== undefined) bus.dmaWrite(address, source.subarray(done, done + length));
    done += length;
  }
}

/** Copies memory to a device's bytes. */
export function gather(bus: ChipBus, segments: readonly Segment[], target: Uint8Array): void {
  let done = 0;
  for (const { address, length } of segments) {
    if (address !== undefined) bus.dmaRead(address, target.subarray(done, done + length));
    done += length;
  }
}

/** Physical region pages: the first may begin inside a page, all others are whole pages. */
function pagesOf(
  bus: ChipBus,
  { prp1, prp2 }: Command,
  length: number,
  pageSize: number,
): Segment[] | Outcome {
  const first = Math.min(length, pageSize - (prp1 % pageSize));
  const segments: Segment[] = [{ address: prp1, length: first }];
  let rest = length - first;
  if (rest === 0) return segments;
  if (rest <= pageSize) {
    if (prp2 % pageSize !== 0) return failure("PRP_OFFSET");
    return [...segments, { address: prp2, length: rest }];
  }
  // A list; when it fills its page, the last entry leads to the next one.
  for (let list = prp2; rest > 0; ) {
    const room = Math.floor((pageSize - (list % pageSize)) / 8);
    const entries = readEntries(bus, list, room);
    for (const [index, address] of entries.entries()) {
      if (rest === 0) break;
      const leadsOn = index === room - 1 && rest > pageSize;
      if (address % pageSize !== 0) return failure("PRP_OFFSET");
      if (leadsOn) {
        list = address;
        break;
      }
      const part = Math.min(rest, pageSize);
      segments.push({ address, length: part });
      rest -= part;
    }
  }
  return segments;
}

function readEntries(bus: ChipBus, list: number, count: number): number[] {
  const bytes = new Uint8Array(8 * count);
  bus.dmaRead(list, bytes);
  const view = viewOf(bytes);
  return Array.from({ length: count }, (_, index) => Number(view.getBigUint64(8 * index, true)));
}

const descriptorSize = 16;
const SglType = { DATA_BLOCK: 0, BIT_BUCKET: 1, SEGMENT: 2, LAST_SEGMENT: 3 } as const;

/** Scatter-gather lists: descriptors of address, length and type. */
function listOf(bus: ChipBus, first: Uint8Array, wanted: number): Segment[] | Outcome {
  const segments: Segment[] = [];
  let total = 0;
  for (let descriptors = first; descriptors.length > 0; ) {
    let next: Uint8Array = new Uint8Array(0);
    for (let at = 0; at < descriptors.length; at += descriptorSize) {
      const { address, length, type } = describe(descriptors.subarray(at, at + descriptorSize));
      if (type === SglType.SEGMENT || type === SglType.LAST_SEGMENT) {
        if (length === 0 || length % descriptorSize !== 0) return failure("DATA_SGL_LENGTH");
        next = new Uint8Array(length);
        bus.dmaRead(address, next);
      } else if (type === SglType.DATA_BLOCK || type === SglType.BIT_BUCKET) {
        const part = Math.min(length, wanted - total);
        const kept = type === SglType.DATA_BLOCK ? address : undefined;
        if (part > 0) segments.push({ address: kept, length: part });
        total += part;
      } else return failure("INVALID_SGL_TYPE");
    }
    descriptors = total < wanted ? next : new Uint8Array(0);
  }
  return total < wanted ? failure("DATA_SGL_LENGTH") : segments;
}

function describe(bytes: Uint8Array): { address: number; length: number; type: number } {
  const view = viewOf(bytes);
  return {
    address: Number(view.getBigUint64(0, true)),
    length: view.getUint32(8, true),
    type: view.getUint8(15) >> 4,
  };
}
