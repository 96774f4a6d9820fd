import { Errno } from "../../../errno.js";
import { readU32, type UserArgument } from "../../core/argument.js";
import type { Client } from "../../core/client.js";
import type { FileOperations, MappedMemory, MmapRequest } from "../../core/file.js";
import type { Result } from "../../core/result.js";
import { RamMapping } from "../../mdev/ram-mapping.js";

const pageSize = 4096;

/** DMA_BUF_IOCTL_SYNC of linux/dma-buf.h, and its flags. */
const sync = { request: 0x4008_6200, readWrite: 3, valid: 7 } as const;

/**
 * A dma-buf as a file: memory of a device for other devices (drivers/dma-buf/dma-buf.c). The driver
 * wants shared mappings only, and the descriptor is read-only, so in fact nobody can map it.
 */
export class DmaBufFile implements FileOperations {
  readonly name = "/dmabuf:";
  readonly #bytes: Uint8Array;
  readonly #released: () => void;

  /** The memory, and what to do when the last descriptor and mapping are gone. */
  constructor(bytes: Uint8Array, released: () => void) {
    this.#bytes = bytes;
    this.#released = released;
  }

  // drivers/dma-buf/dma-buf.c: dma_buf_mmap_internal()
  mmap(_client: Client, { offset, length, shared }: MmapRequest): MappedMemory | Result {
    const pages = Math.floor(this.#bytes.length / pageSize);
    if ((offset + length) / pageSize > pages || !shared) return -Errno.EINVAL;
    return new RamMapping(this.#bytes.subarray(offset, offset + length));
  }

  // drivers/dma-buf/dma-buf.c: dma_buf_ioctl()
  ioctl(_client: Client, request: number, argument: UserArgument): Result {
    if (request !== sync.request) return -Errno.ENOTTY;
    const low = readU32(argument, 0);
    const high = readU32(argument, 4);
    if (low === undefined || high === undefined) return -Errno.EFAULT;
    if (high !== 0 || (low & ~sync.valid) !== 0) return -Errno.EINVAL;
    return (low & sync.readWrite) === 0 ? -Errno.EINVAL : 0;
  }

  release(): void {
    this.#released();
  }
}
