import type { Effect } from "./outcome.js";

/**
 * One step of a trace: what was called and what came of it, with everything that may differ between
 * two right kernels (descriptors, addresses, numbers of groups, timing) left out or named.
 */
export interface Step {
  readonly call: string;
  readonly result: string;
}

/** An expectation that was not met. */
export interface Failure {
  /** Index into the trace of the step that it is about. */
  readonly step: number;
  readonly message: string;
}

/** The bytes as hexadecimal digits; more than 64 of them as head, length and a checksum. */
export function hex(bytes: Uint8Array): string {
  const shown = bytes.length > 64 ? bytes.subarray(0, 32) : bytes;
  const digits = Array.from(shown, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return bytes.length > 64 ? `${digits}..(${bytes.length} bytes, sum ${checksum(bytes)})` : digits;
}

/** The bytes that differ, as `offset:hex` runs; empty when all are the same. */
export function changes({ before, after, hidden = [] }: Effect): string {
  const runs: string[] = [];
  const differs = (at: number) => after[at] !== before[at];
  const shown = (at: number) => !hidden.some((offset) => at >= offset && at < offset + 4);
  for (let at = 0; at < after.length; at += 1) {
    if (!differs(at) || !shown(at)) continue;
    const start = at;
    while (at < after.length && differs(at) && shown(at)) at += 1;
    runs.push(`${start}:${hex(after.subarray(start, at))}`);
  }
  return runs.join(" ");
}

/** A number as people write it: small ones and negative ones decimal, others hexadecimal. */
export function number(value: number | bigint): string {
  return value > -4096 && value < 256 ? `${value}` : `0x${value.toString(16)}`;
}

/** FNV-1a, enough to see that two dumps differ. */
function checksum(bytes: Uint8Array): string {
  let sum = 0x811c9dc5;
  for (const byte of bytes) sum = Math.imul(sum ^ byte, 0x01000193) >>> 0;
  return sum.toString(16).padStart(8, "0");
}
