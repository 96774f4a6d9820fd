import { Errno } from "../../../../errno.js";
import { PciCap, PciConfig, PciConfigSize } from "../../../../uapi/pci-regs.js";
import type { Result } from "../../../core/result.js";
import { littleEndian, storeLittleEndian } from "../../bytes.js";
import type { VfioPciDevice } from "../device.js";
import { mapCapabilities } from "./capability-map.js";
import { capabilityPermissions } from "./capability-permissions.js";
import { extendedPermissions } from "./extended-permissions.js";
import { headerPermissions } from "./header.js";
import { msiPermissions } from "./msi.js";
import { type ConfigCycle, type Permissions, rawPermissions } from "./permissions.js";

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** What the map holds where no capability is. */
export const unassigned = 0xff;

/**
 * Configuration space as a user of vfio-pci sees it: a virtual copy, a map that tells which
 * capability each byte belongs to, and for each capability which bits are whose.
 */
export class VirtualConfig {
  /** The virtual copy (vconfig). */
  readonly bytes: Uint8Array;
  /** Capability identifier of each byte; 0 is the header. */
  readonly map: Uint8Array;
  /** Real addresses, to be written back after a reset that nobody noticed. */
  readonly realBars: readonly number[];
  /** BARs were written since they were last read. */
  barsDirty = true;
  readonly #device: VfioPciDevice;
  readonly #msi: Permissions | undefined;
  /** Where the capability of each byte starts, and who may do what with it. */
  readonly #starts: Uint16Array;
  readonly #permissions: readonly Permissions[];
  /** The cycle that is going on; one at a time. */
  readonly #cycle: Writable<ConfigCycle> = { position: 0, count: 1, offset: 0 };

  // drivers/vfio/pci/vfio_pci_config.c: vfio_config_init()
  constructor(device: VfioPciDevice) {
    const { config, isVirtualFunction } = device.pci;
    this.#device = device;
    this.bytes = new Uint8Array(config.size);
    this.map = new Uint8Array(config.size).fill(unassigned, PciConfigSize.HEADER);
    this.fill(0, PciConfigSize.HEADER);
    this.realBars = [0, 1, 2, 3, 4, 5].map((index) => this.get(PciConfig.BAR0 + 4 * index, 4));
    if (isVirtualFunction) {
      this.set(PciConfig.VENDOR_ID, 2, device.pci.vendor);
      this.set(PciConfig.DEVICE_ID, 2, device.pci.device);
      this.set(PciConfig.INTERRUPT_PIN, 1, 0);
      this.bytes[PciConfig.COMMAND]! |= 2;
    }
    if (device.withoutIntx) this.set(PciConfig.INTERRUPT_PIN, 1, 0);
    const msi = mapCapabilities(device, this);
    this.#msi = msi === undefined ? undefined : msiPermissions(msi);
    const positions = [...this.bytes.keys()];
    this.#starts = Uint16Array.from(positions, (position) => this.#findStart(position));
    this.#permissions = positions.map((position) => this.#findPermissions(position));
  }

  /** Copies registers of the hardware into the virtual copy. */
  fill(offset: number, length: number): void {
    this.bytes.set(this.#device.pci.config.copy(offset, length), offset);
  }

  get(offset: number, count: 1 | 2 | 4): number {
    return littleEndian(this.bytes, offset, count);
  }

  set(offset: number, count: 1 | 2 | 4, value: number): void {
    storeLittleEndian(this.bytes, offset, count, value);
  }

  // drivers/vfio/pci/vfio_pci_config.c: vfio_pci_config_rw()
  read(target: Uint8Array, position: number): Result {
    if (position + target.length > this.bytes.length) return -Errno.EFAULT;
    for (let done = 0; done < target.length; ) {
      const cycle = this.#cut(position + done, target.length - done);
      storeLittleEndian(target, done, cycle.count, this.#readCycle(cycle));
      done += cycle.count;
    }
    return target.length;
  }

  write(source: Uint8Array, position: number): Result {
    if (position + source.length > this.bytes.length) return -Errno.EFAULT;
    for (let done = 0; done < source.length; ) {
      const cycle = this.#cut(position + done, source.length - done);
      this.#writeCycle(cycle, littleEndian(source, done, cycle.count));
      done += cycle.count;
    }
    return source.length;
  }

  /** Where the capability that a byte belongs to starts. */
  startOf(position: number): number {
    return this.#starts[position]!;
  }

  // drivers/vfio/pci/vfio_pci_config.c: vfio_find_cap_start()
  #findStart(position: number): number {
    const id = this.map[position]!;
    if (position < PciConfigSize.HEADER) return 0;
    if (id === unassigned) return position;
    const extended = position >= PciConfigSize.CONVENTIONAL;
    const base = extended ? PciConfigSize.CONVENTIONAL : PciConfigSize.HEADER;
    let start = position;
    while (start > base && this.map[start - 1] === id) start -= 1;
    return start;
  }

  #findPermissions(position: number): Permissions {
    if (position < PciConfigSize.HEADER) return headerPermissions(position);
    const id = this.map[position]!;
    if (id === unassigned) return rawPermissions;
    if (position >= PciConfigSize.CONVENTIONAL) return extendedPermissions(id);
    if (id === PciCap.MSI && this.#msi !== undefined) return this.#msi;
    return capabilityPermissions(id);
  }

  /** Aligned, in one dword, in one capability. vfio_config_do_rw() */
  #cut(position: number, length: number): ConfigCycle {
    const { map } = this;
    const id = map[position];
    const most = Math.min(length, 4 - (position % 4));
    let same = 1;
    while (same < most && map[position + same] === id) same += 1;
    const cycle = this.#cycle;
    cycle.position = position;
    cycle.offset = position - this.#starts[position]!;
    if (same >= 4) cycle.count = 4;
    else cycle.count = same >= 2 && position % 2 === 0 ? 2 : 1;
    return cycle;
  }

  #readCycle(cycle: ConfigCycle): number {
    const permissions = this.#permissions[cycle.position]!;
    permissions.beforeRead?.(this.#device, cycle);
    if (permissions.kind === "masked") {
      const masked = this.#readMasked(cycle, permissions);
      return permissions.afterRead?.(this.#device, cycle, masked) ?? masked;
    }
    const value = this.#device.pci.config.read(cycle.position, cycle.count);
    return permissions.kind === "raw" ? value : this.#overlayChain(cycle, value);
  }

  // drivers/vfio/pci/vfio_pci_config.c: vfio_default_config_read()
  #readMasked({ position, count, offset }: ConfigCycle, { virt }: Permissions): number {
    const mask = littleEndian(virt, offset, count);
    const copy = this.get(position, count);
    if (mask === 2 ** (8 * count) - 1) return copy;
    return ((this.#device.pci.config.read(position, count) & ~mask) | (copy & mask)) >>> 0;
  }

  /** The header of a capability comes from the virtual copy. vfio_direct_config_read() */
  #overlayChain({ position, count, offset }: ConfigCycle, value: number): number {
    if (position >= PciConfigSize.CONVENTIONAL) {
      return offset < 4 ? this.get(position, count) : value;
    }
    if (offset === 0 && count > 1) return ((value & ~0xffff) | this.get(position, 2)) >>> 0;
    return offset === 1 ? this.get(position, 1) : value;
  }

  #writeCycle(cycle: ConfigCycle, value: number): void {
    const permissions = this.#permissions[cycle.position]!;
    if (permissions.kind === "direct") return;
    if (permissions.kind !== "masked") {
      this.#device.pci.config.write(cycle.position, cycle.count, value);
      return;
    }
    const store = () => this.#writeMasked(cycle, permissions, value);
    if (permissions.onWrite === undefined) store();
    else permissions.onWrite(this.#device, cycle, value, store);
  }

  // drivers/vfio/pci/vfio_pci_config.c: vfio_default_config_write()
  #writeMasked(
    { position, count, offset }: ConfigCycle,
    { virt, write }: Permissions,
    value: number,
  ): void {
    const writable = littleEndian(write, offset, count);
    if (writable === 0) return;
    const mask = littleEndian(virt, offset, count);
    const inCopy = writable & mask;
    const inHardware = writable & ~mask;
    if (inCopy !== 0) {
      this.set(position, count, (this.get(position, count) & ~inCopy) | (value & inCopy));
    }
    if (inHardware === 0) return;
    const { config } = this.#device.pci;
    const kept = config.read(position, count) & ~inHardware;
    config.write(position, count, (kept | (value & inHardware)) >>> 0);
  }
}
