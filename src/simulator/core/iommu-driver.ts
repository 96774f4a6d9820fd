import type { IommuGroup } from "../iommu/iommu-group.js";
import type { SimulatedMachine } from "../machine.js";
import type { UserArgument } from "./argument.js";
import type { Client, PinnedPage } from "./client.js";
import type { Result } from "./result.js";
import type { VfioDevice } from "./vfio-device.js";

/** struct vfio_iommu_driver_ops before a container has chosen it. */
export interface IommuDriver {
  readonly name: string;
  /** It serves groups without an IOMMU, and only those. */
  readonly noiommu: boolean;
  /** CHECK_EXTENSION; the number may be any unsigned 64-bit one. */
  checkExtension(machine: SimulatedMachine, extension: number): Result;
  open(machine: SimulatedMachine, client: Client, type: number): IommuBackend | Result;
}

/** An IOMMU driver at work for one container. */
export interface IommuBackend {
  checkExtension(extension: number): Result;
  /** `client` is whoever makes the call: its memory is what is pinned. */
  attachGroup(client: Client, group: IommuGroup): Result;
  detachGroup(group: IommuGroup): void;
  ioctl(client: Client, request: number, argument: UserArgument): Result;
  /** The container has no group left. */
  release(): void;
  /** A device was opened first or closed last. */
  registerDevice?(device: VfioDevice): void;
  unregisterDevice?(device: VfioDevice): void;
  /** Pages by their number; `prot` is 1 to read, 2 to write, or both. */
  pinPages?(group: IommuGroup, page: number, count: number, prot: number): PinnedPage[] | Result;
  unpinPages?(page: number, count: number): void;
  /** `current` is undefined for a kernel thread. */
  copy?(
    current: Client | undefined,
    iova: bigint,
    data: Uint8Array,
    direction: "read" | "write",
  ): Result;
}
