import { isVfioError } from "../../../src/errors.js";
import { DeviceState, Feature, FeatureFlags, Vfio } from "../../../src/uapi/index.js";
import { featureState } from "../fixtures/structs.js";
import type { Actor, Slot } from "./actor.js";
import type { World } from "./world.js";

/** States that go on with a stream; the last close frees it and leaves the state as it is. */
const STREAMING: readonly number[] = [
  DeviceState.RESUMING,
  DeviceState.PRE_COPY,
  DeviceState.PRE_COPY_P2P,
];

/**
 * Whether closing this file would leave an mtty in a state whose stream is gone: leaving that state
 * follows a null pointer, in every kernel that has migration.
 */
export function strands(world: World, { fd, target }: Slot): boolean {
  if (target < 0 || world.openings(target) > 1) return false;
  const { kind } = world.targets.at(target);
  if (kind !== "T1" && kind !== "T2") return false;
  const flags = Feature.MIG_DEVICE_STATE | FeatureFlags.GET;
  const bytes = featureState.encode({ flags });
  try {
    world.kernel.unsafeIoctl(fd, Vfio.DEVICE_FEATURE, bytes);
  } catch (error) {
    if (isVfioError(error)) return false;
    throw error;
  }
  return STREAMING.includes(featureState.decode(bytes).device_state);
}

/** Whether ending a process would. */
export function strandsAny(world: World, actor: Actor): boolean {
  return [...actor.devices.values()].some((slot) => strands(world, slot));
}
