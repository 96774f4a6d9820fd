import type { Command } from "./command.js";
import type { Controller } from "./controller.js";
import { gather, scatter, segmentsOf } from "./data-pointer.js";
import { blockSize, type Namespace } from "./namespace.js";
import { failure, type Outcome, success } from "./status.js";

/** Blocks of a transfer at most: MDTS of 7 pages. */
const mostBlocks = (4096 << 7) / blockSize;
const everyNamespace = 0xffffffff;
/** Namespaces that a controller could have. */
const mostNamespaces = 256;

interface Transfer {
  readonly namespace: Namespace;
  readonly offset: number;
  readonly length: number;
}

/** Carries out a command of the NVM command set. */
export function ioCommand(controller: Controller, command: Command): Outcome {
  if (command.fused !== 0) return failure("INVALID_FIELD");
  const { opcode, namespace: id } = command;
  const known = id !== 0 && (id <= mostNamespaces || id === everyNamespace);
  if (!known) return failure("INVALID_NAMESPACE");
  // Flush may name all of them.
  if (opcode === 0 && id === everyNamespace) return success;
  const namespace = id === 1 ? controller.namespace : undefined;
  if (namespace === undefined) return failure("INVALID_FIELD");
  switch (opcode) {
    case 0x00:
      return success;
    case 0x01:
    case 0x02:
    case 0x05:
      return transfer(controller, command, namespace);
    case 0x08:
    case 0x0c:
      return withoutData(command, namespace);
    case 0x09:
      return success;
    case 0x19:
      return failure("INTERNAL");
    default:
      return failure("INVALID_OPCODE");
  }
}

/** Write, Read and Compare. */
function transfer(controller: Controller, command: Command, namespace: Namespace): Outcome {
  const range = rangeOf(command, namespace);
  if ((command.dword(12) & 0xffff) + 1 > mostBlocks) return failure("INVALID_FIELD");
  if (range === undefined) return failure("LBA_RANGE");
  const { bus, pageSize } = controller;
  const segments = segmentsOf(bus, command, range.length, pageSize);
  if (!Array.isArray(segments)) return segments;
  const buffer = new Uint8Array(range.length);
  if (command.opcode === 0x02) {
    namespace.read(range.offset, buffer);
    scatter(bus, segments, buffer);
    count(controller, "read", range.length);
    return success;
  }
  gather(bus, segments, buffer);
  if (command.opcode === 0x05) return compare(namespace, range, buffer);
  namespace.write(range.offset, buffer);
  count(controller, "write", range.length);
  return success;
}

/** Write Zeroes and Verify. */
function withoutData(command: Command, namespace: Namespace): Outcome {
  const range = rangeOf(command, namespace);
  if (range === undefined) return failure("LBA_RANGE");
  if (command.opcode === 0x08) namespace.zero(range.offset, range.length);
  return success;
}

function compare(
  namespace: Namespace,
  { offset, length }: Transfer,
  expected: Uint8Array,
): Outcome {
  const found = new Uint8Array(length);
  namespace.read(offset, found);
  return Buffer.compare(found, expected) === 0 ? success : failure("COMPARE_FAILED");
}

function rangeOf(command: Command, namespace: Namespace): Transfer | undefined {
  const first = command.dword(10) + command.dword(11) * 2 ** 32;
  const blocks = (command.dword(12) & 0xffff) + 1;
  if (first + blocks > namespace.blocks) return undefined;
  return { namespace, offset: first * blockSize, length: blocks * blockSize };
}

function count({ counters }: Controller, what: "read" | "write", length: number): void {
  if (what === "read") {
    counters.reads += 1;
    counters.blocksRead += length / blockSize;
  } else {
    counters.writes += 1;
    counters.blocksWritten += length / blockSize;
  }
}
