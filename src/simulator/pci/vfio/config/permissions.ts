import type { VfioPciDevice } from "../device.js";

/** One access that lies in one capability and in one dword: 1, 2 or 4 bytes. */
export interface ConfigCycle {
  /** Where in configuration space, and how many bytes. */
  readonly position: number;
  readonly count: 1 | 2 | 4;
  /** Where in the capability. */
  readonly offset: number;
}

/** How bytes of a capability are read and written by default. */
export type AccessKind =
  /** By the two masks: virtual bits from the virtual copy, the others from the hardware. */
  | "masked"
  /** Read from the hardware but for the chain; writes are dropped. */
  | "direct"
  /** The hardware, as it is. */
  | "raw"
  /** Read as "direct", written as "raw". */
  | "raw-write";

/** Who may see and change which bits of a capability. struct perm_bits */
export interface Permissions {
  readonly kind: AccessKind;
  /** Bits that live in the virtual copy. */
  readonly virt: Uint8Array;
  /** Bits that the user may change. */
  readonly write: Uint8Array;
  /** Runs before a read: brings the virtual copy up to date. */
  readonly beforeRead?: (device: VfioPciDevice, cycle: ConfigCycle) => void;
  /** Runs after a read: what the user sees instead. */
  readonly afterRead?: (device: VfioPciDevice, cycle: ConfigCycle, value: number) => number;
  /** Runs around a write; calls `store` for the masked write itself. */
  readonly onWrite?: (
    device: VfioPciDevice,
    cycle: ConfigCycle,
    value: number,
    store: () => void,
  ) => void;
}

/** Offset in the capability, bytes, virtual bits, writable bits. */
export type PermissionRow = readonly [
  offset: number,
  width: 1 | 2 | 4,
  virt: number,
  write: number,
];

/** All bits of any width. */
export const ALL = 0xffffffff;

/** Permissions of a capability of `length` bytes; what no row names is visible and read-only. */
export function permissions(
  length: number,
  rows: readonly PermissionRow[],
  hooks: Pick<Permissions, "beforeRead" | "afterRead" | "onWrite"> = {},
): Permissions {
  const size = Math.ceil(length / 4) * 4;
  const virt = new Uint8Array(size);
  const write = new Uint8Array(size);
  for (const [offset, width, virtualBits, writableBits] of rows) {
    for (let i = 0; i < width; i++) {
      virt[offset + i] = virtualBits >>> (8 * i);
      write[offset + i] = writableBits >>> (8 * i);
    }
  }
  return { kind: "masked", virt, write, ...hooks };
}

const none = new Uint8Array(0);

export const directPermissions: Permissions = { kind: "direct", virt: none, write: none };
export const rawPermissions: Permissions = { kind: "raw", virt: none, write: none };
export const rawWritePermissions: Permissions = { kind: "raw-write", virt: none, write: none };
