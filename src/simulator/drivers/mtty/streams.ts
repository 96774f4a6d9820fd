import { Errno } from "../../../errno.js";
import { viewOf } from "../../../uapi/codec.js";
import { DeviceState } from "../../../uapi/flags.js";
import { Vfio } from "../../../uapi/requests.js";
import { precopyInfo } from "../../../uapi/structs.js";
import type { UserArgument } from "../../core/argument.js";
import type { Client } from "../../core/client.js";
import type { FileOperations } from "../../core/file.js";
import { copyLeast } from "../../core/request-table.js";
import type { Result } from "../../core/result.js";
import { leading } from "../../mdev/device-requests.js";
import type { KernelModule } from "../../mdev/module.js";

/** Bytes before the first port. */
export const streamHeaderSize = 24;

/** What begins every stream: MTTY_MAGIC, version 1.0, how many ports follow. */
const header = { magic: 0x7e9d_0989_8c3e_2c4en, major: 1, minor: 0, flags: 0 } as const;

/** What a stream needs of the device that it is of. */
export interface StreamOwner {
  readonly state: number;
  readonly ports: number;
  /** Bytes of a whole stream. */
  readonly streamSize: number;
  /** Cannot be unloaded while the stream is open. */
  readonly module: KernelModule | undefined;
}

/** struct mtty_migration_file: data on its way out of or into a device. */
abstract class MigrationStreamFile implements FileOperations {
  readonly name = "anon_inode:mtty_mig";
  protected readonly data: Uint8Array;
  protected filled = 0;
  protected position = 0;
  protected disabled = false;

  constructor(protected readonly owner: StreamOwner) {
    this.data = new Uint8Array(owner.streamSize);
    owner.module?.hold();
  }

  // samples/vfio-mdev/mtty.c: mtty_disable_file()
  disable(): void {
    this.disabled = true;
    this.filled = 0;
    this.position = 0;
  }

  // samples/vfio-mdev/mtty.c: mtty_release_migf()
  release(): void {
    this.owner.module?.drop();
  }
}

/** A stream to read a device's state from: first the header alone, in STOP_COPY the ports too. */
export class SavingStream extends MigrationStreamFile {
  // samples/vfio-mdev/mtty.c: mtty_save_device_data()
  constructor(owner: StreamOwner) {
    super(owner);
    const view = viewOf(this.data);
    view.setBigUint64(0, header.magic, true);
    view.setUint32(8, header.major, true);
    view.setUint32(12, header.minor, true);
    view.setUint32(16, owner.ports, true);
    view.setUint32(20, header.flags, true);
    this.filled = streamHeaderSize;
  }

  /** samples/vfio-mdev/mtty.c: mtty_save_state(): appends the ports. */
  append(save: (target: Uint8Array, offset: number) => void): void {
    save(this.data, streamHeaderSize);
    this.filled = this.data.length;
  }

  // samples/vfio-mdev/mtty.c: mtty_save_read()
  read(_client: Client, target: Uint8Array): Result {
    if (this.disabled) return -Errno.ENODEV;
    const part = this.data.subarray(this.position, this.filled).subarray(0, target.length);
    target.set(part);
    this.position += part.length;
    return part.length;
  }

  // samples/vfio-mdev/mtty.c: mtty_precopy_ioctl()
  ioctl(_client: Client, request: number, argument: UserArgument): Result {
    if (request !== Vfio.MIG_GET_PRECOPY_INFO) return -Errno.ENOTTY;
    const info = copyLeast(argument, precopyInfo.size);
    if (typeof info === "number") return info;
    const { state } = this.owner;
    const precopy = state === DeviceState.PRE_COPY || state === DeviceState.PRE_COPY_P2P;
    if (!precopy) return -Errno.EINVAL;
    if (this.disabled) return -Errno.ENODEV;
    precopyInfo.fields.initial_bytes.set(info, BigInt(this.filled - this.position));
    precopyInfo.fields.dirty_bytes.set(info, 0n);
    return argument.write(leading(info, precopyInfo.size)) ? 0 : -Errno.EFAULT;
  }
}

/** A stream to write a device's state to. */
export class ResumingStream extends MigrationStreamFile {
  /** Enough has been written to load. */
  get complete(): boolean {
    return this.filled >= this.data.length;
  }

  /** samples/vfio-mdev/mtty.c: mtty_load_state(): the ports, whatever the header says. */
  load(load: (source: Uint8Array, offset: number) => void): void {
    load(this.data, streamHeaderSize);
  }

  /**
   * samples/vfio-mdev/mtty.c: mtty_resume_write(). The write that completes a wrong header is
   * EFAULT, but its bytes are taken and so are all that follow.
   */
  write(_client: Client, source: Uint8Array): Result {
    if (this.position + source.length > this.data.length) return -Errno.ENOMEM;
    if (this.disabled) return -Errno.ENODEV;
    this.data.set(source, this.position);
    this.position += source.length;
    const before = this.filled;
    this.filled += source.length;
    const completesHeader = before < streamHeaderSize && this.filled >= streamHeaderSize;
    return completesHeader && !this.#headerFits() ? -Errno.EFAULT : source.length;
  }

  #headerFits(): boolean {
    const view = viewOf(this.data);
    return (
      view.getBigUint64(0, true) === header.magic &&
      view.getUint32(8, true) === header.major &&
      view.getUint32(12, true) === header.minor &&
      view.getUint32(16, true) === this.owner.ports &&
      view.getUint32(20, true) === header.flags
    );
  }
}
