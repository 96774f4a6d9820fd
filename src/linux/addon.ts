import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildCommand, builtAddon, prebuiltAddon, prebuiltPackage } from "./prebuilt.js";

/**
 * The native functions (native/addon.cc). Those without parameters take them from the frame and
 * leave their answer there; the others return what the system call returned, or negative errno.
 * None of them validates more than memory safety needs: that is done before, in TypeScript.
 */
export interface Addon {
  /** See `Frame`. */
  readonly frame: ArrayBuffer;
  /** Bytes of a page. */
  readonly pageSize: number;

  open(path: string, flags: number): number;
  close(fd: number): number;
  closeAsync(fd: number): number | Promise<number>;
  dup(fd: number): number;
  read(): void;
  write(): void;
  pread(): void;
  pwrite(): void;
  readBuffer(fd: number, target: Uint8Array, position: number): number;
  writeBuffer(fd: number, source: Uint8Array, position: number): number;
  preadBuffer(fd: number, target: Uint8Array, position: number): number;
  pwriteBuffer(fd: number, source: Uint8Array, position: number): number;

  ioctl(): void;
  ioctlUnsafe(): void;
  /** Outcome in the frame, as for the short ones. */
  ioctlBytes(fd: number, request: number, bytes: Uint8Array, unsafe: boolean): void;
  /**
   * Without bytes the argument is the number in the frame. A success resolves to what the system
   * call returned plus 2^32 times one more than the descriptor that it opened (0 for none).
   */
  ioctlAsync(
    fd: number,
    request: number,
    bytes: Uint8Array | undefined,
    unsafe: boolean,
  ): number | Promise<number>;

  /** The mapping's first slot; its address is in the frame. */
  mmap(fd: number, offset: number, length: number, protection: number, isPrivate: boolean): number;
  munmap(slot: number): number;
  read8(): void;
  read16(): void;
  read32(): void;
  read64(): void;
  write8(): void;
  write16(): void;
  write32(): void;
  write64(): void;
  copy(bytes: Uint8Array, toDevice: boolean): void;
  /** Operations as `Batch` has them; the number of the one that failed is in the frame. */
  execute(operations: Uint8Array, count: number): void;

  eventfd(initial: number): number;
  /** The listener finds the count in the frame's `position`. */
  watch(fd: number, listener: () => void): number;
  watchRef(watch: number, hold: boolean): number;
  watchClose(watch: number): number;

  /** An ArrayBuffer, or an opaque handle where the process may not read and write the memory. */
  allocate(
    length: number,
    protection: number,
    hugePageSize: number,
    shared: boolean,
  ): ArrayBuffer | object | number;
  retire(): void;
  hold(): void;
  unhold(): void;

  sysfsWrite(path: string, data: Uint8Array): number;
}

/** Names another file to load instead: one built with sanitizers, for instance. */
const OVERRIDE = "NODE_VFIO_ADDON";

let loaded: Addon | undefined;

/**
 * Loads the addon, once for each thread.
 *
 * @throws Error that says what is missing and how to get it
 */
export function loadAddon(): Addon {
  loaded ??= load();
  return loaded;
}

function load(): Addon {
  if (process.platform !== "linux") {
    throw unavailable(`VFIO is a part of Linux, and this is ${process.platform}.`);
  }
  const root = packageRoot();
  const built = builtAddon(root);
  const path = process.env[OVERRIDE] ?? (existsSync(built) ? built : (prebuiltAddon() ?? built));
  if (!existsSync(path)) {
    throw unavailable(
      `The native addon is not built: there is no ${path}.\n` +
        "  It needs a C++ compiler, make and python3\n" +
        "  (Debian and Ubuntu: apt-get install build-essential python3),\n" +
        `  then: ${buildCommand(root)}\n` +
        `  Or a built one: npm install ${prebuiltPackage()}`,
    );
  }
  try {
    return createRequire(import.meta.url)(path) as Addon;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw unavailable(
      `${path} cannot be loaded: ${reason}\n  Build it anew: ${buildCommand(root)}`,
      cause,
    );
  }
}

function unavailable(message: string, cause?: unknown): Error {
  const advice = `${message}\n  The simulated kernel works everywhere: VFIO_KERNEL=simulated`;
  return Object.assign(new Error(advice, { cause }), { code: "ERR_VFIO_UNAVAILABLE" });
}

/** Where this package's package.json is: this file runs from src/ and from dist/src/. */
function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!isPackageRoot(folder)) {
    const parent = dirname(folder);
    if (parent === folder) return process.cwd();
    folder = parent;
  }
  return folder;
}

function isPackageRoot(folder: string): boolean {
  const path = join(folder, "package.json");
  return existsSync(path) && JSON.parse(readFileSync(path, "utf8")).name === "node-vfio";
}
