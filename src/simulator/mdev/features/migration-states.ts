import { DeviceState, MigrationFlags } from "../../../uapi/flags.js";

const { STOP, RUNNING, STOP_COPY, RESUMING, RUNNING_P2P, PRE_COPY, PRE_COPY_P2P } = DeviceState;

/** What a device must be able to do to be in a state. ERROR cannot be asked for. */
const needs: Readonly<Record<number, number>> = {
  [STOP]: MigrationFlags.STOP_COPY,
  [RUNNING]: MigrationFlags.STOP_COPY,
  [STOP_COPY]: MigrationFlags.STOP_COPY,
  [RESUMING]: MigrationFlags.STOP_COPY,
  [RUNNING_P2P]: MigrationFlags.STOP_COPY | MigrationFlags.P2P,
  [PRE_COPY]: MigrationFlags.STOP_COPY | MigrationFlags.PRE_COPY,
  [PRE_COPY_P2P]: MigrationFlags.STOP_COPY | MigrationFlags.P2P | MigrationFlags.PRE_COPY,
};

/** The first hop of the way from one state (the row) to another; absent where there is no way. */
const hops: Readonly<Record<number, Readonly<Record<number, number>>>> = {
  [STOP]: {
    [STOP]: STOP,
    [RUNNING]: RUNNING_P2P,
    [PRE_COPY]: RUNNING_P2P,
    [PRE_COPY_P2P]: RUNNING_P2P,
    [STOP_COPY]: STOP_COPY,
    [RESUMING]: RESUMING,
    [RUNNING_P2P]: RUNNING_P2P,
  },
  [RUNNING]: {
    [STOP]: RUNNING_P2P,
    [RUNNING]: RUNNING,
    [PRE_COPY]: PRE_COPY,
    [PRE_COPY_P2P]: RUNNING_P2P,
    [STOP_COPY]: RUNNING_P2P,
    [RESUMING]: RUNNING_P2P,
    [RUNNING_P2P]: RUNNING_P2P,
  },
  [PRE_COPY]: {
    [STOP]: RUNNING,
    [RUNNING]: RUNNING,
    [PRE_COPY]: PRE_COPY,
    [PRE_COPY_P2P]: PRE_COPY_P2P,
    [STOP_COPY]: PRE_COPY_P2P,
    [RESUMING]: RUNNING,
    [RUNNING_P2P]: RUNNING,
  },
  [PRE_COPY_P2P]: {
    [STOP]: RUNNING_P2P,
    [RUNNING]: RUNNING_P2P,
    [PRE_COPY]: PRE_COPY,
    [PRE_COPY_P2P]: PRE_COPY_P2P,
    [STOP_COPY]: STOP_COPY,
    [RESUMING]: RUNNING_P2P,
    [RUNNING_P2P]: RUNNING_P2P,
  },
  [STOP_COPY]: {
    [STOP]: STOP,
    [RUNNING]: STOP,
    [STOP_COPY]: STOP_COPY,
    [RESUMING]: STOP,
    [RUNNING_P2P]: STOP,
  },
  [RESUMING]: {
    [STOP]: STOP,
    [RUNNING]: STOP,
    [PRE_COPY]: STOP,
    [PRE_COPY_P2P]: STOP,
    [STOP_COPY]: STOP,
    [RESUMING]: RESUMING,
    [RUNNING_P2P]: STOP,
  },
  [RUNNING_P2P]: {
    [STOP]: STOP,
    [RUNNING]: RUNNING,
    [PRE_COPY]: RUNNING,
    [PRE_COPY_P2P]: PRE_COPY_P2P,
    [STOP_COPY]: STOP,
    [RESUMING]: STOP,
    [RUNNING_P2P]: RUNNING_P2P,
  },
};

/**
 * drivers/vfio/vfio_main.c: vfio_mig_get_next_state(). The next state on the way from `current` to
 * `wanted` for a device with these `MigrationFlags`; states that it cannot be in are passed over.
 * Undefined where there is no way, which the kernel answers with EINVAL.
 */
export function nextMigrationState(
  current: number,
  wanted: number,
  flags: number,
): number | undefined {
  if (!canBeIn(current, flags) || !canBeIn(wanted, flags)) return undefined;
  let next = hops[current]?.[wanted];
  while (next !== undefined && !canBeIn(next, flags)) next = hops[next]?.[wanted];
  return next;
}

function canBeIn(state: number, flags: number): boolean {
  const needed = needs[state];
  return needed !== undefined && (needed & flags) === needed;
}
