import { viewOf } from "../uapi/codec.js";
import { DeviceState, Feature, MigrationFlags } from "../uapi/flags.js";
import * as structs from "../uapi/structs.js";
import type { Device } from "./device.js";
import { MigrationStream } from "./migration-stream.js";
import { wrongType } from "./numbers.js";

const states = {
  error: DeviceState.ERROR,
  stop: DeviceState.STOP,
  running: DeviceState.RUNNING,
  "stop-copy": DeviceState.STOP_COPY,
  resuming: DeviceState.RESUMING,
  "running-p2p": DeviceState.RUNNING_P2P,
  "pre-copy": DeviceState.PRE_COPY,
  "pre-copy-p2p": DeviceState.PRE_COPY_P2P,
} as const satisfies Record<string, number>;

/** A state of a device that can be migrated; `enum vfio_device_mig_state`. */
export type MigrationState = keyof typeof states;

const names = new Map<number, string>(
  Object.entries(states).map(([name, number]) => [number, name]),
);

/** How far a device can be migrated. */
export interface MigrationSupport {
  /** Its state can be taken while it is stopped. */
  readonly stopCopy: boolean;
  /** It can be kept from reaching other devices while it still runs. */
  readonly peerToPeer: boolean;
  /** A part of its state can be taken while it runs. */
  readonly preCopy: boolean;
}

/** Taking a device's state, and putting it into another one: VFIO_DEVICE_FEATURE_MIG*. */
export class Migration {
  readonly #device: Device;

  /** @internal Programs use `device.migration`. */
  constructor(device: Device) {
    this.#device = device;
  }

  /** What the device can; undefined if it cannot be migrated. */
  get support(): MigrationSupport | undefined {
    const { features } = this.#device;
    if (!features.has(Feature.MIGRATION, "get")) return undefined;
    const { size } = structs.deviceFeatureMigration;
    const data = features.get(Feature.MIGRATION, new Uint8Array(size));
    const flags = Number(structs.deviceFeatureMigration.decode(data).flags);
    return {
      stopCopy: (flags & MigrationFlags.STOP_COPY) !== 0,
      peerToPeer: (flags & MigrationFlags.P2P) !== 0,
      preCopy: (flags & MigrationFlags.PRE_COPY) !== 0,
    };
  }

  /** @throws VfioError ENOTTY for a device that cannot be migrated */
  get state(): MigrationState {
    const { size } = structs.deviceFeatureMigState;
    const data = this.#device.features.get(Feature.MIG_DEVICE_STATE, new Uint8Array(size));
    const { device_state } = structs.deviceFeatureMigState.decode(data);
    return (names.get(device_state) ?? "error") as MigrationState;
  }

  /**
   * Brings the device into a state, through those that lie between.
   *
   * @returns where its state is to be read from (`stop-copy`, `pre-copy`) or written to
   *   (`resuming`), if the change opened a stream
   * @throws VfioError EINVAL for a change that the device cannot make; it stays where it got to.
   *   vfio_main.c: vfio_mig_get_next_state()
   */
  setState(state: MigrationState): MigrationStream | undefined {
    if (!Object.hasOwn(states, state)) throw wrongType(state, "state", Object.keys(states).join());
    const data = structs.deviceFeatureMigState.encode({ device_state: states[state], data_fd: -1 });
    const answer = this.#device.features.set(Feature.MIG_DEVICE_STATE, data);
    const { data_fd } = structs.deviceFeatureMigState.decode(answer);
    return data_fd < 0 ? undefined : new MigrationStream(this.#device, data_fd);
  }

  /** Bytes of state that the device expects to have in `stop-copy`. Linux 6.2 and newer. */
  get dataSize(): bigint {
    const { size } = structs.deviceFeatureMigDataSize;
    const data = this.#device.features.get(Feature.MIG_DATA_SIZE, new Uint8Array(size));
    return viewOf(data).getBigUint64(0, true);
  }
}
