import type { UserArgument } from "./argument.js";
import type { Client } from "./client.js";
import type { DmaLoggingOps } from "./dma-logging.js";
import type { MappedMemory, MmapRequest } from "./file.js";
import type { MigrationOps } from "./migration.js";
import type { Result } from "./result.js";

/**
 * struct vfio_device_ops (include/linux/vfio.h): what a driver offers for one of its devices.
 * vfio-pci and every mediated device driver stand behind it; the core stands before it.
 */
export interface VfioDeviceOps {
  readonly name: string;
  /** The first descriptor is being opened. */
  openDevice?(client: Client): Result;
  /** The last descriptor and mapping are gone. */
  closeDevice?(): void;
  read?(client: Client, target: Uint8Array, position: number): Result;
  write?(client: Client, source: Uint8Array, position: number): Result;
  ioctl?(client: Client, request: number, argument: UserArgument): Result;
  mmap?(client: Client, request: MmapRequest): MappedMemory | Result;
  /** Somebody waits for the device: called at once and every 10 s, with the number of the call. */
  request?(count: number): void;
  /** Positive: the name is this device's; 0: it is not; negative: refuse with this error. */
  match?(name: string): Result;
  /** A mapping with pinned pages is going away; the driver must unpin them. Byte units. */
  dmaUnmap?(iova: bigint, length: bigint): void;
  /**
   * DEVICE_FEATURE after the core's own checks. The argument begins with the feature's data, behind
   * the header; `argsz` is the length of that data.
   */
  deviceFeature?(client: Client, flags: number, argument: UserArgument, argsz: number): Result;
  /** The device's state can be moved; the core answers the features about it. */
  readonly migration?: MigrationOps | undefined;
  /** The device can tell what it writes; the core answers the features about it. */
  readonly dmaLogging?: DmaLoggingOps | undefined;
}
