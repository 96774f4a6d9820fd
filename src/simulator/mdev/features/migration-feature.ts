import { Errno } from "../../../errno.js";
import { Feature, FeatureFlags } from "../../../uapi/flags.js";
import * as structs from "../../../uapi/structs.js";
import { readStruct, type UserArgument } from "../../core/argument.js";
import type { Client } from "../../core/client.js";
import { checkFeature } from "../../core/device-feature.js";
import type { FileOperations } from "../../core/file.js";
import type { Result } from "../../core/result.js";

/** A data stream that a change of state opens, with the `OpenFlags` of its descriptor. */
export interface MigrationStream {
  readonly operations: FileOperations;
  readonly flags: number;
}

/** struct vfio_migration_ops: a device that can be migrated. */
export interface MigrationOps {
  /** What it can do: `MigrationFlags`. */
  readonly flags: number;
  /** One of `DeviceState`. */
  readonly state: number;
  /** Bytes that STOP_COPY would give now. */
  readonly dataSize: number;
  /** Goes to a state: a stream if the last hop opens one, 0 if not, or a negative error number. */
  setState(state: number): MigrationStream | Result;
}

/** A DEVICE_FEATURE call: flags, the data behind the header, and how long that is. */
export interface FeatureCall {
  readonly client: Client;
  readonly flags: number;
  readonly data: UserArgument;
  readonly size: number;
}

/** The migration features of a device. ENOTTY for any other one. */
export function migrationFeature(ops: MigrationOps, call: FeatureCall): Result {
  switch (call.flags & FeatureFlags.MASK) {
    case Feature.MIGRATION:
      return answerGet(call, structs.deviceFeatureMigration.encode({ flags: BigInt(ops.flags) }));
    case Feature.MIG_DEVICE_STATE:
      return deviceState(ops, call);
    case Feature.MIG_DATA_SIZE:
      return answerGet(
        call,
        structs.deviceFeatureMigDataSize.encode({ stop_copy_length: BigInt(ops.dataSize) }),
      );
    default:
      return -Errno.ENOTTY;
  }
}

// drivers/vfio/vfio_main.c: vfio_ioctl_device_feature_migration(), ..._migration_data_size()
function answerGet({ flags, data, size }: FeatureCall, answer: Uint8Array): Result {
  const go = checkFeature(flags, size, FeatureFlags.GET, answer.length);
  if (go !== 1) return go;
  return data.write(answer) ? 0 : -Errno.EFAULT;
}

// drivers/vfio/vfio_main.c: vfio_ioctl_device_feature_mig_device_state()
function deviceState(ops: MigrationOps, { client, flags, data, size }: FeatureCall): Result {
  const layout = structs.deviceFeatureMigState;
  const go = checkFeature(flags, size, FeatureFlags.SET | FeatureFlags.GET, layout.size);
  if (go !== 1) return go;
  const asked = readStruct(data, layout, layout.size);
  if (asked === undefined) return -Errno.EFAULT;
  const answer = (device_state: number, data_fd: number) =>
    data.write(layout.encode({ device_state, data_fd }));
  if ((flags & FeatureFlags.GET) !== 0) return answer(ops.state, -1) ? 0 : -Errno.EFAULT;

  const stream = ops.setState(asked.device_state);
  if (typeof stream === "number") {
    return answer(asked.device_state, -1) ? stream : -Errno.EFAULT;
  }
  const refused = refusal(client, () => answer(asked.device_state, -1));
  if (refused < 0) {
    stream.operations.release?.();
    return refused;
  }
  answer(asked.device_state, client.install(stream.operations, stream.flags));
  return 0;
}

/** drivers/vfio/vfio_main.c: vfio_ioct_mig_return_fd(): why no descriptor can be handed over. */
function refusal(client: Client, writable: () => boolean): Result {
  if (!client.descriptorFree) return -Errno.EMFILE;
  return writable() ? 0 : -Errno.EFAULT;
}
