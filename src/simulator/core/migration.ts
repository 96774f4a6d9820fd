import { Errno } from "../../errno.js";
import { DeviceState, MigrationFlags } from "../../uapi/flags.js";
import type { Client } from "./client.js";
import type { FileOperations } from "./file.js";
import type { Result } from "./result.js";

/** struct vfio_migration_ops: what a driver offers that can move its device's state. */
export interface MigrationOps {
  /** `MigrationFlags` of the device. */
  readonly flags: number;
  /** The state, or a negative error number. */
  getState(): Result;
  /**
   * Walks to a state: the stream that the last step has opened, 0 for none, or a negative error
   * number (the device stays where the walk has come to).
   */
  setState(client: Client, state: number): FileOperations | Result;
  /** Estimated bytes of the device's state, or a negative error number. */
  dataSize(): Result;
  /** The second form of the pre-copy information is wanted until the last close (7.2). */
  setPrecopyInfoV2?(): void;
}

const { ERROR, STOP, RUNNING, STOP_COPY, RESUMING, RUNNING_P2P, PRE_COPY, PRE_COPY_P2P } =
  DeviceState;

/** Next state on the way, by current state and target, in the order of the numbers 1 to 7. */
const nextHops: readonly (readonly number[])[] = [
  [],
  [STOP, RUNNING_P2P, STOP_COPY, RESUMING, RUNNING_P2P, RUNNING_P2P, RUNNING_P2P],
  [RUNNING_P2P, RUNNING, RUNNING_P2P, RUNNING_P2P, RUNNING_P2P, PRE_COPY, RUNNING_P2P],
  [STOP, STOP, STOP_COPY, STOP, STOP, ERROR, ERROR],
  [STOP, STOP, STOP, RESUMING, STOP, STOP, STOP],
  [STOP, RUNNING, STOP, STOP, RUNNING_P2P, RUNNING, PRE_COPY_P2P],
  [RUNNING, RUNNING, PRE_COPY_P2P, RUNNING, RUNNING, PRE_COPY, PRE_COPY_P2P],
  [RUNNING_P2P, RUNNING_P2P, STOP_COPY, RUNNING_P2P, RUNNING_P2P, PRE_COPY, PRE_COPY_P2P],
];

/** Flags that a device must have for a state. ERROR can never be asked for. */
const neededFlags: Readonly<Record<number, number>> = {
  [STOP]: MigrationFlags.STOP_COPY,
  [RUNNING]: MigrationFlags.STOP_COPY,
  [STOP_COPY]: MigrationFlags.STOP_COPY,
  [RESUMING]: MigrationFlags.STOP_COPY,
  [RUNNING_P2P]: MigrationFlags.STOP_COPY | MigrationFlags.P2P,
  [PRE_COPY]: MigrationFlags.STOP_COPY | MigrationFlags.PRE_COPY,
  [PRE_COPY_P2P]: MigrationFlags.STOP_COPY | MigrationFlags.P2P | MigrationFlags.PRE_COPY,
};

/**
 * The next state on the way to another one; states that the device does not have are skipped.
 * -EINVAL where there is no way.
 *
 * drivers/vfio/vfio_main.c: vfio_mig_get_next_state()
 */
export function nextMigrationState(flags: number, current: number, target: number): Result {
  if (!supports(flags, current) || !supports(flags, target)) return -Errno.EINVAL;
  let next = hop(current, target);
  while (next !== ERROR && !supports(flags, next)) next = hop(next, target);
  return next === ERROR ? -Errno.EINVAL : next;
}

function supports(flags: number, state: number): boolean {
  const needed = neededFlags[state];
  return needed !== undefined && (flags & needed) === needed;
}

function hop(current: number, target: number): number {
  return nextHops[current]?.[target - 1] ?? ERROR;
}
