import { Errno } from "../../../errno.js";
import { Feature, FeatureFlags } from "../../../uapi/flags.js";
import { checkFeature } from "../../core/device-feature.js";
import type { Result } from "../../core/result.js";
import { type DmaLoggingOps, dmaLoggingFeature } from "../../mdev/features/dma-logging-feature.js";
import {
  type FeatureCall,
  type MigrationOps,
  migrationFeature,
} from "../../mdev/features/migration-feature.js";
import type { Profile } from "../../profile.js";

/** An mtty never writes by DMA: there is nothing to log. */
const nothingToLog: DmaLoggingOps = { start: () => 0, stop: () => 0, report: () => 0 };
const cannotReport: DmaLoggingOps = { ...nothingToLog, report: undefined };

/** DEVICE_FEATURE of an mtty that can be migrated. */
export function mttyFeature(
  { profile, migration }: { profile: Profile; migration: MigrationOps },
  call: FeatureCall,
): Result {
  const feature = call.flags & FeatureFlags.MASK;
  if (feature > profile.lastFeature) return -Errno.ENOTTY;
  if (feature === Feature.MIG_PRECOPY_INFOv2) return acceptPrecopyInfo(call);
  const logging = dmaLoggingFeature(profile.iovaBitmap ? nothingToLog : cannotReport, call);
  return logging === -Errno.ENOTTY ? migrationFeature(migration, call) : logging;
}

/**
 * drivers/vfio/vfio_main.c: the second form of the pre-copy information. An mtty's has nothing that
 * it could tell more.
 */
function acceptPrecopyInfo({ flags, size }: FeatureCall): Result {
  const go = checkFeature(flags, size, FeatureFlags.SET, 0);
  return go === 1 ? 0 : go;
}
