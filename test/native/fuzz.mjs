/**
 * Calls every native function with random arguments and a random frame, many times: the process has
 * to survive, with its own files untouched. Not a test by itself; fuzz.test.ts runs it plain,
 * sanitizers.mjs under sanitizers.
 *
 *   node fuzz.mjs --addon build/Release/node_vfio.node [--calls 100000] [--seed 1]
 */

import { fstatSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    addon: { type: "string" },
    calls: { type: "string", default: "100000" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
  },
});
const calls = Number(values.calls);
console.log(`seed ${values.seed}, ${calls} calls`);

/** A random number generator (mulberry32), the same everywhere for one seed. */
let state = Number(values.seed) >>> 0;
function random() {
  state = (state + 0x6d2b79f5) >>> 0;
  let t = state;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}
const below = (limit) => Math.floor(random() * limit);
const pick = (list) => list[below(list.length)];

const addon = createRequire(import.meta.url)(resolve(values.addon));
const words = new Uint32Array(addon.frame);
const wides = new BigUint64Array(addon.frame);
const doubles = new Float64Array(addon.frame);

const folder = mkdtempSync(join(tmpdir(), "node-vfio-"));
const file = join(folder, "file");
writeFileSync(file, new Uint8Array(65536));
const own = [0, 1, 2, openSync(file, "r")];

/** What the calls have opened, mapped and allocated, for others to hit. */
const fds = [];
const slots = [];
const addresses = [];
let keep = [];

// Requests of VFIO; a random number could be one that freezes a file system.
const requests = Array.from({ length: 24 }, (_, nr) => 0x3b64 + nr).concat([0, 1, 0x3b00, 0x3bff]);
const integers = [0, 1, 2, 3, 4, 7, 8, 255, 4095, 4096, 4097, 8448, 65535, 65536, 2 ** 20];
const extremes = [-1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1, 2 ** 53, 1e300];
const oddities = [Number.NaN, Number.POSITIVE_INFINITY, -0, 0.5, -4096, Number.MIN_VALUE];
const paths = [file, "/dev/null", "/dev/zero", "/nowhere", "", `${file}\0`, "x".repeat(5000), "ü"];

function detached() {
  const bytes = new Uint8Array(16);
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
  return bytes;
}

function shrunk() {
  const buffer = new ArrayBuffer(64, { maxByteLength: 128 });
  const bytes = pick([() => new Uint8Array(buffer, 32), () => new Uint8Array(buffer, 32, 16)])();
  buffer.resize(pick([0, 16, 40, 128]));
  return bytes;
}

const makeBytes = [
  () => new Uint8Array(pick([0, 1, 3, 4, 8, 12, 16, 20, 24, 32, 48, 60, 64, 100])),
  () => new Uint8Array(pick([255, 256, 257, 4096, 8448, 8449, 70_000])),
  () => randomStruct(),
  () => randomStruct(),
  () => new Uint8Array(new ArrayBuffer(64), below(64)),
  () => Buffer.from("0000:00:05.0\0"),
  () => new Uint8Array(new SharedArrayBuffer(32)),
  () => new Uint8Array(addon.frame, below(8512)),
  detached,
  shrunk,
];

/** Words that look like a VFIO struct: argsz, flags, addresses, lengths. */
function randomStruct() {
  const bytes = new Uint8Array(pick([8, 12, 16, 20, 24, 32, 40, 48, 64]));
  const view = new DataView(bytes.buffer);
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    view.setUint32(at, pick([0, 1, 2, 3, 4, bytes.length, 0x10006, 0x20002, below(2 ** 32)]), true);
  }
  for (let at = 8; at + 8 <= bytes.length; at += 8) {
    if (random() < 0.5) view.setBigUint64(at, randomWide(), true);
  }
  return bytes;
}

/** Operations of a batch: some right, some not. */
function randomOperations() {
  const words = new Uint32Array(4 * below(24));
  for (let at = 0; at < words.length; at += 4) {
    words[at] = below(9) + (random() < 0.1 ? below(2 ** 32) : 0);
    words[at + 1] = pick(integers);
  }
  return new Uint8Array(words.buffer, random() < 0.1 ? Math.min(words.byteLength, below(8)) : 0);
}

const makeOddity = [
  () => undefined,
  () => null,
  () => true,
  () => ({}),
  () => [],
  () => Symbol("symbol"),
  () => 1n,
  () => -(2n ** 70n),
  () => new Uint16Array(4),
  () => new Float64Array(4),
  () => new BigUint64Array(4),
  () => new DataView(new ArrayBuffer(8)),
  () => new ArrayBuffer(8),
  () => new Uint8ClampedArray(8),
  () => Object.create(Uint8Array.prototype),
  () => new Proxy(new Uint8Array(8), {}),
  () => ({ valueOf: () => 4, toString: () => file, length: 8 }),
  () => new Date(0),
];

function randomNumber() {
  const chance = random();
  if (chance < 0.35) return pick(integers);
  if (chance < 0.5) return pick(fds) ?? 0;
  if (chance < 0.6) return pick(slots) ?? 0;
  if (chance < 0.7) return pick(requests);
  if (chance < 0.8) return below(2 ** 32);
  return pick(chance < 0.9 ? extremes : oddities);
}

function randomWide() {
  const chance = random();
  if (chance < 0.5 && addresses.length > 0) return pick(addresses) + BigInt(pick(integers));
  return chance < 0.7 ? BigInt(below(2 ** 32)) : pick([0n, 1n, 2n ** 63n, 2n ** 64n - 1n]);
}

/** Every function's own arguments, more often right than not. */
const signatures = {
  open: () => [pick(paths), pick([0, 1, 2, 0o4000, 0o102])],
  ioctlBytes: () => [pick(fds), pick(requests), pick(makeBytes)(), random() < 0.5],
  // Not the unsafe entry with a number: that is an address, and means what it says.
  ioctlAsync: () => [pick(fds), pick(requests), pick(makeBytes)(), false],
  mmap: () => [pick(fds), pick([0, 4096, 1]), pick(integers), below(5), random() < 0.2],
  munmap: () => [pick(slots)],
  copy: () => [pick(makeBytes)(), random() < 0.5],
  execute: () => [randomOperations(), below(20)],
  eventfd: () => [pick(integers)],
  watch: () => [pick(fds), () => {}],
  watchRef: () => [below(50), false],
  watchClose: () => [below(50)],
  allocate: () => [pick(integers), below(4), pick([0, 0, 0, 4096, 2 ** 21]), random() < 0.3],
  sysfsWrite: () => [pick([file, "/dev/null", "/nowhere"]), pick(makeBytes)()],
};
for (const name of ["read", "write", "pread", "pwrite"]) {
  signatures[`${name}Buffer`] = () => [pick(fds), pick(makeBytes)(), pick(integers)];
}
for (const name of ["close", "closeAsync", "dup"]) signatures[name] = () => [pick(fds)];

function randomArguments(name) {
  if (random() < 0.75) return (signatures[name] ?? (() => []))();
  return Array.from({ length: below(6) }, () => {
    const chance = random();
    if (chance < 0.4) return randomNumber();
    if (chance < 0.6) return pick(makeBytes)();
    return chance < 0.7 ? pick(paths) : pick(makeOddity)();
  });
}

/** Fills the frame with what a call could find there, and with what none should. */
function randomFrame(name) {
  words[1] = random() < 0.7 ? (pick(slots) ?? 0) : below(2 ** 32);
  words[2] = random() < 0.7 ? pick(integers) : below(2 ** 32);
  words[3] = below(2 ** 32);
  wides[2] = randomWide();
  doubles[3] = random() < 0.7 ? pick(integers) : pick([...extremes, ...oddities]);
  words[8] = random() < 0.8 ? (pick(fds) ?? 0) : below(2 ** 32);
  words[9] = pick(requests);
  words[10] = pick([0, 4, 8, 16, 32, 48, 4096, 8448, 8449, 2 ** 32 - 1, 2 ** 31]);
  if (name === "ioctlUnsafe") wides[2] = BigInt(pick(integers));
}

function remember(name, result) {
  if (typeof result === "object" && result !== null) keep.push(result);
  if (name === "allocate" && typeof result === "object") addresses.push(wides[2]);
  if (typeof result !== "number" || result < 0) return;
  if (name === "open" || name === "dup" || name === "eventfd") fds.push(result);
  if (name === "mmap") {
    slots.push(result);
    addresses.push(wides[2]);
  }
}

/** Lets go of enough for the next round to have room. */
async function tidy() {
  for (const fd of fds.splice(0, fds.length - 8)) addon.close(fd);
  for (const slot of slots.splice(0, slots.length - 8)) addon.munmap(slot);
  addresses.splice(0, addresses.length - 16);
  keep = keep.slice(-8);
  await new Promise((resolve) => setImmediate(resolve));
}

const names = Object.keys(addon).filter((name) => typeof addon[name] === "function");
const outcomes = { returned: 0, refused: 0 };
process.on("unhandledRejection", () => {});
for (let call = 0; call < calls; call++) {
  const name = pick(names);
  const args = randomArguments(name);
  randomFrame(name);
  try {
    remember(name, addon[name](...args));
    outcomes.returned++;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    outcomes.refused++;
  }
  if (call % 500 === 0) await tidy();
}
for (const fd of own) fstatSync(fd);
rmSync(folder, { recursive: true });
console.log(`survived: ${outcomes.returned} returned, ${outcomes.refused} refused as TypeError`);
