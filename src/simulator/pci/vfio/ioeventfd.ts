import { Errno } from "../../../errno.js";
import { IoeventfdFlags } from "../../../uapi/flags.js";
import { deviceIoeventfd } from "../../../uapi/structs.js";
import { readStruct, type UserArgument } from "../../core/argument.js";
import type { Client } from "../../core/client.js";
import type { Result } from "../../core/result.js";
import type { VfioPciDevice } from "./device.js";
import { regionOf } from "./regions.js";
import { enableVirqfd, type VirqfdSlot } from "./virqfd.js";

/** Up to and including `fd`; the reserved word behind it need not be there. */
const leastSize = 28;
/** VFIO_PCI_IOEVENTFD_MAX */
const most = 1000;

const sizes =
  IoeventfdFlags.SIZE_8 | IoeventfdFlags.SIZE_16 | IoeventfdFlags.SIZE_32 | IoeventfdFlags.SIZE_64;

interface Write {
  readonly bar: number;
  readonly offset: number;
  readonly data: bigint;
  readonly size: number;
}

/** Writes to registers that the kernel does when a user signals an eventfd. */
export class Ioeventfds {
  readonly #device: VfioPciDevice;
  readonly #entries: (Write & VirqfdSlot)[] = [];

  constructor(device: VfioPciDevice) {
    this.#device = device;
  }

  // drivers/vfio/pci/vfio_pci_core.c: vfio_pci_ioctl_ioeventfd()
  request(client: Client, argument: UserArgument): Result {
    const request = readStruct(argument, deviceIoeventfd, leastSize);
    if (request === undefined) return -Errno.EFAULT;
    const { argsz, flags, fd } = request;
    if (argsz < leastSize || (flags & ~sizes) !== 0) return -Errno.EINVAL;
    if (flags === 0 || (flags & (flags - 1)) !== 0 || fd < -1) return -Errno.EINVAL;
    const { index, offset } = regionOf(request.offset);
    const write = { bar: index, offset, data: request.data, size: flags };
    return this.#check(write) ?? this.#change(client, write, fd);
  }

  /** The device is closed. */
  clear(): void {
    for (const { virqfd } of this.#entries.splice(0)) virqfd?.disable();
  }

  // drivers/vfio/pci/vfio_pci_rdwr.c: vfio_pci_ioeventfd()
  #check({ bar: index, offset, size }: Write): Result | undefined {
    const { pci, profile } = this.#device;
    const bar = index < 6 ? pci.bars[index] : undefined;
    if (bar === undefined || offset + size > bar.size) return -Errno.EINVAL;
    const { msix } = this.#device;
    const beside = offset + size <= msix.start || offset >= msix.end;
    if (msix.bar === index && !beside) return -Errno.EINVAL;
    return size === 8 && !profile.ioeventfd64 ? -Errno.EINVAL : undefined;
  }

  #change(client: Client, write: Write, fd: number): Result {
    const index = this.#entries.findIndex(
      (entry) =>
        entry.bar === write.bar &&
        entry.offset === write.offset &&
        entry.data === write.data &&
        entry.size === write.size,
    );
    if (index >= 0) {
      if (fd !== -1) return -Errno.EEXIST;
      this.#entries.splice(index, 1)[0]?.virqfd?.disable();
      return 0;
    }
    if (fd < 0) return -Errno.ENODEV;
    if (this.#entries.length >= most) return -Errno.ENOSPC;
    const entry = { ...write, virqfd: undefined };
    const result = enableVirqfd(client, fd, entry, () => this.#perform(entry));
    if (result === 0) this.#entries.push(entry);
    return result;
  }

  #perform({ bar, offset, data, size }: Write): void {
    const { pci, memoryEnabled } = this.#device;
    if (pci.bars[bar]?.space === "memory" && !memoryEnabled) return;
    if (size === 8) pci.write64(bar, offset, data);
    else pci.write(bar, offset, size as 1 | 2 | 4, Number(BigInt.asUintN(8 * size, data)));
  }
}
