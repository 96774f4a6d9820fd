import { createRequire } from "node:module";
import { compile } from "./compile.mjs";

/** One access of the processor to traced memory. */
export interface Access {
  /** An exchange is a read and a write in one. */
  kind: "read" | "write" | "exchange";
  /** Bytes; 0 for an instruction that the tracer does not know. */
  width: number;
  /** Bytes from the start of the traced memory. */
  offset: number;
}

interface Tracer {
  start(address: bigint, length: number): void;
  stop(): BigUint64Array;
}

const compiled =
  process.arch === "x64"
    ? compile("tracer", ["test/native/tracer.cc"], ["-O2", "-fno-exceptions"])
    : { reason: `the tracer is for x64, not ${process.arch}` };

/** Why there is no tracer on this machine; undefined where there is one. */
export const noTracer = compiled.reason;

const require = createRequire(import.meta.url);
const tracer = compiled.file === undefined ? undefined : (require(compiled.file) as Tracer);

const kinds = ["read", "write", "exchange"] as const;

/**
 * Runs a function and tells every access that it made to a mapping's memory, in order. Anything
 * that has an address and a length will do; the memory must be page-aligned.
 */
export function traceAccesses(
  memory: { address: bigint; length: number },
  action: () => void,
): Access[] {
  if (tracer === undefined) throw new Error(noTracer);
  tracer.start(memory.address, memory.length);
  let facts: BigUint64Array;
  try {
    action();
  } finally {
    facts = tracer.stop();
  }
  const accesses: Access[] = [];
  for (let i = 0; i < facts.length; i += 4) {
    const [kind, width, offset] = [facts[i]!, facts[i + 1]!, facts[i + 2]!].map(Number);
    accesses.push({ kind: kinds[kind!]!, width: width!, offset: offset! });
  }
  return accesses;
}

/** One line for each access: `read 4 at 0x10`. */
export function describeAccesses(accesses: Access[]): string[] {
  return accesses.map(({ kind, width, offset }) => `${kind} ${width} at 0x${offset.toString(16)}`);
}
