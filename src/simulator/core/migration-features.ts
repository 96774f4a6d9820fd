import { Errno } from "../../errno.js";
import { OpenFlags } from "../../kernel.js";
import { FeatureFlags, MigrationFlags } from "../../uapi/flags.js";
import * as structs from "../../uapi/structs.js";
import { readStruct } from "./argument.js";
import { checkFeature, type FeatureCall } from "./check-feature.js";
import type { Client } from "./client.js";
import type { Result } from "./result.js";

// drivers/vfio/vfio_main.c: vfio_ioctl_device_feature_migration()
export function migrationFlags(call: FeatureCall): Result {
  const { migration } = call.device.ops;
  if (migration === undefined) return -Errno.ENOTTY;
  const flags = BigInt(migration.flags);
  return answerGet(call, structs.deviceFeatureMigration.encode({ flags }));
}

// drivers/vfio/vfio_main.c: vfio_ioctl_device_feature_migration_data_size()
export function migrationDataSize(call: FeatureCall): Result {
  const { migration } = call.device.ops;
  if (migration === undefined) return -Errno.ENOTTY;
  const size = migration.dataSize();
  if (size < 0) return size;
  const stop_copy_length = BigInt(size);
  return answerGet(call, structs.deviceFeatureMigDataSize.encode({ stop_copy_length }));
}

/** 7.2: a device without PRE_COPY is told EINVAL, not ENOTTY. */
export function precopyInfoV2({ device, flags, size }: FeatureCall): Result {
  const { migration } = device.ops;
  const able = ((migration?.flags ?? 0) & MigrationFlags.PRE_COPY) !== 0;
  if (!able) return -Errno.EINVAL;
  const go = checkFeature(flags, size, FeatureFlags.SET, 0);
  if (go === 1) migration?.setPrecopyInfoV2?.();
  return Math.min(go, 0);
}

// drivers/vfio/vfio_main.c: vfio_ioctl_device_feature_mig_device_state()
export function deviceState({ device, client, flags, data, size }: FeatureCall): Result {
  const { migration } = device.ops;
  if (migration === undefined) return -Errno.ENOTTY;
  const layout = structs.deviceFeatureMigState;
  const go = checkFeature(flags, size, FeatureFlags.SET | FeatureFlags.GET, layout.size);
  if (go !== 1) return go;
  const asked = readStruct(data, layout, layout.size);
  if (asked === undefined) return -Errno.EFAULT;
  const answer = (device_state: number, data_fd: number) =>
    data.write(layout.encode({ device_state, data_fd }));
  if ((flags & FeatureFlags.GET) !== 0) {
    const state = migration.getState();
    return state < 0 ? state : answer(state, -1) ? 0 : -Errno.EFAULT;
  }
  const stream = migration.setState(client, asked.device_state);
  if (typeof stream === "number") {
    return answer(asked.device_state, -1) ? stream : -Errno.EFAULT;
  }
  const refused = refusal(client, () => answer(asked.device_state, -1));
  if (refused < 0) {
    stream.release?.();
    return refused;
  }
  const access = stream.read === undefined ? OpenFlags.writeOnly : OpenFlags.readOnly;
  answer(asked.device_state, client.install(stream, access));
  return 0;
}

/** drivers/vfio/vfio_main.c: vfio_ioct_mig_return_fd(): why no descriptor can be handed over. */
function refusal(client: Client, writable: () => boolean): Result {
  if (!client.descriptorFree) return -Errno.EMFILE;
  return writable() ? 0 : -Errno.EFAULT;
}

function answerGet({ flags, data, size }: FeatureCall, answer: Uint8Array): Result {
  const go = checkFeature(flags, size, FeatureFlags.GET, answer.length);
  if (go !== 1) return go;
  return data.write(answer) ? 0 : -Errno.EFAULT;
}
