import { Errno } from "../../errno.js";
import { Vfio } from "../../uapi/requests.js";
import type { UserArgument } from "./argument.js";
import type { Client } from "./client.js";
import { deviceFeature } from "./device-feature.js";
import type { VfioDeviceOps } from "./device-ops.js";
import type { FileOperations, MappedMemory, MmapRequest } from "./file.js";
import type { GroupFile } from "./group-file.js";
import type { DeviceRegistration } from "./registration.js";
import type { Result } from "./result.js";
import type { VfioDevice } from "./vfio-device.js";

/** An open device: what GET_DEVICE_FD returns (drivers/vfio/vfio_main.c: vfio_device_fops). */
export class DeviceFile implements FileOperations {
  readonly name = "anon_inode:[vfio-device]";
  readonly #ops: VfioDeviceOps;
  /** read(2) and write(2) go on from here; it cannot be moved (lseek is ESPIPE). */
  #position = 0;

  private constructor(
    readonly device: VfioDevice,
    readonly group: GroupFile,
    readonly registration: DeviceRegistration,
  ) {
    this.#ops = device.ops;
  }

  /** vfio_device_open_file(): the first one opens the device itself. */
  static open(client: Client, device: VfioDevice, group: GroupFile): DeviceFile | Result {
    const { registration } = device;
    const { container, iommuGroup } = group.group;
    if (registration === undefined) return -Errno.ENODEV;
    if (container?.iommu === undefined) return -Errno.EINVAL;
    const noiommu = iommuGroup?.kind === "noiommu";
    if (noiommu && !client.capable("CAP_SYS_RAWIO")) return -Errno.EPERM;
    if (registration.openCount === 0) {
      const opened = openFirst(device, client);
      if (opened < 0) return opened;
      container.iommu.registerDevice?.(device);
    }
    registration.openCount += 1;
    registration.hold();
    group.group.containerUsers += 1;
    group.hold();
    return new DeviceFile(device, group, registration);
  }

  // vfio_main.c: vfio_device_show_fdinfo(), 7.2
  fdinfo(): string {
    const { machine, directory } = this.device;
    return machine.profile.fdinfoPath ? `vfio-device-syspath: ${directory.path}\n` : "";
  }

  // vfio_main.c: vfio_device_fops_unl_ioctl()
  ioctl(client: Client, request: number, argument: UserArgument): Result {
    try {
      if (request === Vfio.DEVICE_FEATURE) return deviceFeature(this.device, client, argument);
      return this.#ops.ioctl?.(client, request, argument) ?? -Errno.EINVAL;
    } catch (error) {
      return this.#failed("ioctl", error, Errno.EIO);
    }
  }

  pread(client: Client, target: Uint8Array, position: number): Result {
    const ops = this.#ops;
    if (ops.read === undefined) return -Errno.EINVAL;
    try {
      return ops.read(client, target, position);
    } catch (error) {
      return this.#failed("read", error, Errno.EFAULT);
    }
  }

  pwrite(client: Client, source: Uint8Array, position: number): Result {
    const ops = this.#ops;
    if (ops.write === undefined) return -Errno.EINVAL;
    try {
      return ops.write(client, source, position);
    } catch (error) {
      return this.#failed("write", error, Errno.EFAULT);
    }
  }

  read(client: Client, target: Uint8Array): Result {
    const done = this.pread(client, target, this.#position);
    if (done > 0) this.#position += done;
    return done;
  }

  write(client: Client, source: Uint8Array): Result {
    const done = this.pwrite(client, source, this.#position);
    if (done > 0) this.#position += done;
    return done;
  }

  // vfio_main.c: vfio_device_fops_mmap()
  mmap(client: Client, request: MmapRequest): MappedMemory | Result {
    try {
      return this.#ops.mmap?.(client, request) ?? -Errno.EINVAL;
    } catch (error) {
      return this.#failed("mmap", error, Errno.EIO);
    }
  }

  // vfio_main.c: vfio_device_fops_release(), vfio_device_last_close()
  release(): void {
    const { device, group, registration } = this;
    registration.openCount -= 1;
    if (registration.openCount === 0) {
      this.#close();
      group.group.container?.iommu?.unregisterDevice?.(device);
    }
    group.group.containerUsers -= 1;
    group.release();
    registration.drop();
  }

  #close(): void {
    try {
      this.#ops.closeDevice?.();
    } catch (error) {
      this.#failed("closeDevice", error, Errno.EIO);
    }
  }

  /** A broken model is answered as a broken device; whoever made the machine is told. */
  #failed(callback: string, error: unknown, errno: number): Result {
    return modelFailed(this.device, callback, error, errno);
  }
}

function openFirst(device: VfioDevice, client: Client): Result {
  try {
    return device.ops.openDevice?.(client) ?? 0;
  } catch (error) {
    return modelFailed(device, "openDevice", error, Errno.EIO);
  }
}

function modelFailed(
  { machine, name }: VfioDevice,
  callback: string,
  error: unknown,
  errno: number,
): Result {
  machine.modelErrors.caught(`${callback} of ${name}`, error);
  return -errno;
}
