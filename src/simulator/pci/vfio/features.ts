import { Errno } from "../../../errno.js";
import { Feature, FeatureFlags } from "../../../uapi/flags.js";
import { deviceLowPowerEntryWithWakeup } from "../../../uapi/structs.js";
import { readStruct, type UserArgument } from "../../core/argument.js";
import { checkFeature } from "../../core/check-feature.js";
import type { Client } from "../../core/client.js";
import { eventfdOf } from "../../core/eventfd.js";
import type { Result } from "../../core/result.js";
import type { VfioPciDevice } from "./device.js";
import { uuidText } from "./uuid.js";

/** DEVICE_FEATURE of a device, behind the core's checks. */
export interface FeatureRequest {
  readonly client: Client;
  readonly flags: number;
  readonly argument: UserArgument;
  readonly argsz: number;
}

// drivers/vfio/pci/vfio_pci_core.c: vfio_pci_core_ioctl_feature()
export function deviceFeature(device: VfioPciDevice, request: FeatureRequest): Result {
  switch (request.flags & FeatureFlags.MASK) {
    case Feature.PCI_VF_TOKEN:
      return setToken(device, request);
    case Feature.LOW_POWER_ENTRY:
      return check(request, 0) ?? device.power.enter(undefined);
    case Feature.LOW_POWER_ENTRY_WITH_WAKEUP:
      return check(request, 8) ?? enterWithWakeup(device, request);
    case Feature.LOW_POWER_EXIT:
      return check(request, 0) ?? leaveLowPower(device);
    case Feature.DMA_BUF:
      return dmaBuf(device, request);
    default:
      return -Errno.ENOTTY;
  }
}

/** A result when that is all, undefined to go on. */
function check({ flags, argsz }: FeatureRequest, size: number): Result | undefined {
  const go = checkFeature(flags, argsz, FeatureFlags.SET, size);
  return go === 1 ? undefined : go;
}

// drivers/vfio/pci/vfio_pci_core.c: vfio_pci_core_feature_token()
function setToken({ token }: VfioPciDevice, request: FeatureRequest): Result {
  if (token === undefined) return -Errno.ENOTTY;
  const answer = check(request, 16);
  if (answer !== undefined) return answer;
  const bytes = request.argument.read(16);
  if (bytes === undefined) return -Errno.EFAULT;
  token.uuid = uuidText(bytes);
  return 0;
}

// drivers/vfio/pci/vfio_pci_core.c: vfio_pci_core_pm_entry_with_wakeup()
function enterWithWakeup(device: VfioPciDevice, { client, argument }: FeatureRequest): Result {
  const layout = deviceLowPowerEntryWithWakeup;
  const entry = readStruct(argument, layout, layout.size);
  if (entry === undefined) return -Errno.EFAULT;
  if (entry.wakeup_eventfd < 0) return -Errno.EINVAL;
  const eventfd = eventfdOf(client, entry.wakeup_eventfd);
  return typeof eventfd === "number" ? eventfd : device.power.enter(eventfd);
}

// drivers/vfio/pci/vfio_pci_core.c: vfio_pci_core_pm_exit()
function leaveLowPower(device: VfioPciDevice): Result {
  device.power.exit();
  return 0;
}

/** Sharing BARs as dma-bufs is there to be asked for; peers to share them with are not. */
function dmaBuf({ profile }: VfioPciDevice, { flags, argsz }: FeatureRequest): Result {
  if (!profile.pciDmaBuf) return -Errno.ENOTTY;
  const go = checkFeature(flags, argsz, FeatureFlags.GET, 16);
  return go === 1 ? -Errno.EOPNOTSUPP : go;
}
