import { Errno } from "../../errno.js";
import { Vfio } from "../../uapi/index.js";
import type { SimulatedMachine } from "../machine.js";
import type { UserArgument } from "./argument.js";
import type { Client } from "./client.js";
import { Container } from "./container.js";
import type { FileOperations } from "./file.js";
import type { Result } from "./result.js";

/** VFIO_API_VERSION */
const API_VERSION = 0;

/** An open `/dev/vfio/vfio`: each open is a new container. */
export class ContainerFile implements FileOperations {
  readonly name = "/dev/vfio/vfio";
  readonly container: Container;

  constructor(machine: SimulatedMachine) {
    this.container = new Container(machine);
    machine.vfio.containers.add(this);
  }

  // drivers/vfio/container.c: vfio_fops_unl_ioctl()
  ioctl(client: Client, request: number, argument: UserArgument): Result {
    switch (request) {
      case Vfio.GET_API_VERSION:
        return API_VERSION;
      case Vfio.CHECK_EXTENSION:
        return this.container.checkExtension(argument.number);
      case Vfio.SET_IOMMU:
        return this.container.setIommu(client, argument.number);
      default:
        return this.container.iommu?.ioctl(client, request, argument) ?? -Errno.EINVAL;
    }
  }

  // The node has a position, but the driver neither read nor write.
  pread(): Result {
    return -Errno.EINVAL;
  }

  pwrite(): Result {
    return -Errno.EINVAL;
  }

  release(): void {
    this.container.machine.vfio.containers.delete(this);
  }
}
