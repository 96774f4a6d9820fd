import { Errno } from "../../../errno.js";
import { PciRegion } from "../../../uapi/flags.js";
import { Vfio } from "../../../uapi/requests.js";
import type { UserArgument } from "../../core/argument.js";
import type { Client } from "../../core/client.js";
import type { VfioDeviceOps } from "../../core/device-ops.js";
import type { MappedMemory, MmapRequest } from "../../core/file.js";
import type { Result } from "../../core/result.js";
import { PowerState } from "../power.js";
import { readBar, readRom, writeBar } from "./bar-access.js";
import { mapBar } from "./bar-mapping.js";
import type { VfioPciDevice } from "./device.js";
import { disable, enable } from "./enable.js";
import { deviceFeature } from "./features.js";
import { getHotResetInfo, hotReset } from "./hot-reset.js";
import { getInfo, getIrqInfo, getRegionInfo } from "./info.js";
import { match } from "./match.js";
import { regionCount, regionSpan } from "./regions.js";
import { accessVga } from "./vga.js";

/** What vfio-pci offers for one function. drivers/vfio/pci/vfio_pci.c: vfio_pci_ops */
export class VfioPciOps implements VfioDeviceOps {
  readonly name = "vfio-pci";
  readonly #device: VfioPciDevice;
  readonly #parent: () => VfioPciDevice | undefined;

  /** `parent` finds the physical function of a virtual one, if vfio-pci has that too. */
  constructor(device: VfioPciDevice, parent: () => VfioPciDevice | undefined) {
    this.#device = device;
    this.#parent = parent;
  }

  openDevice(): Result {
    const result = enable(this.#device);
    const token = this.#parent()?.token;
    if (result === 0 && token !== undefined) token.users += 1;
    return result;
  }

  closeDevice(): void {
    const token = this.#parent()?.token;
    if (token !== undefined) token.users -= 1;
    disable(this.#device);
  }

  // drivers/vfio/pci/vfio_pci_core.c: vfio_pci_rw()
  read(_client: Client, target: Uint8Array, position: number): Result {
    if (target.length === 0) return 0;
    const device = this.#device;
    const index = Math.floor(position / regionSpan);
    const offset = position - index * regionSpan;
    if (index >= regionCount) return -Errno.EINVAL;
    device.power.get();
    const result = this.#read(index, offset, target);
    device.power.put();
    return result;
  }

  write(_client: Client, source: Uint8Array, position: number): Result {
    if (source.length === 0) return 0;
    const device = this.#device;
    const index = Math.floor(position / regionSpan);
    const offset = position - index * regionSpan;
    if (index >= regionCount) return -Errno.EINVAL;
    device.power.get();
    const result = this.#write(index, offset, source);
    device.power.put();
    return result;
  }

  mmap(_client: Client, request: MmapRequest): MappedMemory | Result {
    return mapBar(this.#device, request);
  }

  // drivers/vfio/pci/vfio_pci_core.c: vfio_pci_core_ioctl()
  ioctl(client: Client, request: number, argument: UserArgument): Result {
    const { power } = this.#device;
    power.get();
    const result = this.#ioctl(client, request, argument);
    power.put();
    return result;
  }

  deviceFeature(client: Client, flags: number, argument: UserArgument, argsz: number): Result {
    const { power } = this.#device;
    power.get();
    const result = deviceFeature(this.#device, { client, flags, argument, argsz });
    power.put();
    return result;
  }

  // drivers/vfio/pci/vfio_pci_core.c: vfio_pci_core_request()
  request(): void {
    this.#device.irqs.request?.signal();
  }

  match(name: string): Result {
    return match(this.#device, this.#parent(), name);
  }

  #read(index: number, offset: number, target: Uint8Array): Result {
    if (index < PciRegion.ROM) return readBar(this.#device, index, offset, target);
    if (index === PciRegion.CONFIG) return this.#device.config!.read(target, offset);
    if (index === PciRegion.ROM) return readRom(this.#device, offset, target);
    return accessVga(this.#device, offset, target, 0xff);
  }

  #write(index: number, offset: number, source: Uint8Array): Result {
    if (index < PciRegion.ROM) return writeBar(this.#device, index, offset, source);
    if (index === PciRegion.CONFIG) return this.#device.config!.write(source, offset);
    if (index === PciRegion.ROM) return -Errno.EINVAL;
    return accessVga(this.#device, offset, source, undefined);
  }

  #ioctl(client: Client, request: number, argument: UserArgument): Result {
    const device = this.#device;
    switch (request) {
      case Vfio.DEVICE_GET_INFO:
        return getInfo(device, argument);
      case Vfio.DEVICE_GET_REGION_INFO:
        return getRegionInfo(device, argument);
      case Vfio.DEVICE_GET_IRQ_INFO:
        return getIrqInfo(device, argument);
      case Vfio.DEVICE_SET_IRQS:
        return device.irqs.set(client, argument);
      case Vfio.DEVICE_RESET:
        return this.#reset();
      case Vfio.DEVICE_GET_PCI_HOT_RESET_INFO:
        return getHotResetInfo(device, argument);
      case Vfio.DEVICE_PCI_HOT_RESET:
        return hotReset(device, client, argument);
      case Vfio.DEVICE_IOEVENTFD:
        return device.ioeventfds.request(client, argument);
      default:
        return -Errno.ENOTTY;
    }
  }

  // drivers/vfio/pci/vfio_pci_core.c: vfio_pci_ioctl_reset()
  #reset(): Result {
    if (!this.#device.resetWorks) return -Errno.EINVAL;
    this.#device.setPowerState(PowerState.D0);
    return this.#device.pci.resets.tryReset();
  }
}
