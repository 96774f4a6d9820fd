import { Errno } from "../../errno.js";
import { type AllocateOptions, type Memory, Protection } from "../../kernel.js";
import type { SimulatedMachine } from "../machine.js";
import { SimulatedMemory } from "./memory.js";
import { PAGE_SIZE } from "./page.js";
import type { SimulatedProcess } from "./process.js";
import { failure } from "./seam.js";

/** Anonymous memory of a process: mmap(MAP_ANONYMOUS), with its address. */
export function allocateMemory(
  machine: SimulatedMachine,
  process: SimulatedProcess,
  length: number,
  { protection = Protection.readWrite, hugePageSize }: AllocateOptions,
): Memory {
  if (typeof length !== "number") throw new TypeError("allocate: length must be a number");
  if (!Number.isSafeInteger(length) || length <= 0) {
    throw new RangeError(`allocate: length must be a positive whole number, not ${length}`);
  }
  const pageSize = hugePageSize ?? PAGE_SIZE;
  const whole = Math.ceil(length / pageSize) * pageSize;
  const refused = machine.faults.allocation(process);
  if (refused < 0) throw failure(refused, "mmap");
  if (hugePageSize !== undefined && !machine.hugePages.take(hugePageSize, whole / hugePageSize)) {
    throw failure(-Errno.ENOMEM, "mmap");
  }
  const bytes = zeroed(whole);
  const area = process.memory.map(whole, protection, { bytes, device: undefined });
  return new SimulatedMemory(area, bytes, process.memory);
}

function zeroed(length: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(length);
  } catch {
    throw failure(-Errno.ENOMEM, "mmap");
  }
}
