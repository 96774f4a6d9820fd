import { PciBar, PciConfig } from "../../uapi/pci-regs.js";
import { littleEndian } from "./bytes.js";
import type { BarSpec } from "./chip.js";
import type { ConfigSpace } from "./config-space.js";

/** IORESOURCE_* (linux/ioport.h): the third column of sysfs' `resource`. */
export const ResourceFlags = {
  IO: 0x100,
  MEM: 0x200,
  PREFETCH: 0x2000,
  SIZEALIGN: 0x40000,
  MEM_64: 0x100000,
} as const;

/** struct resource of a BAR: where the firmware has put it. */
export class Bar {
  readonly index: number;
  readonly size: number;
  readonly space: "memory" | "io";
  readonly wide: boolean;
  readonly prefetchable: boolean;
  /** Bus address; 0 while nothing is assigned. */
  address = 0;

  constructor({ index, size, space, wide = false, prefetchable = false }: BarSpec) {
    this.index = index;
    this.size = size;
    this.space = space;
    this.wide = wide;
    this.prefetchable = prefetchable;
  }

  /** The type bits that the register reads in its low end; VFIO shows the same. */
  get typeBits(): number {
    if (this.space === "io") return PciBar.SPACE_IO;
    return (this.wide ? PciBar.TYPE_64 : 0) | (this.prefetchable ? PciBar.PREFETCH : 0);
  }

  /** Flags as `resource` shows them: the type bits in the low byte, as the kernel keeps them. */
  get flags(): number {
    const space = this.space === "io" ? ResourceFlags.IO : ResourceFlags.MEM;
    const prefetch = this.prefetchable ? ResourceFlags.PREFETCH : 0;
    const wide = this.wide ? ResourceFlags.MEM_64 : 0;
    return space | prefetch | wide | ResourceFlags.SIZEALIGN | this.typeBits;
  }

  /** The register holds the address that was assigned. */
  inPlace(config: ConfigSpace): boolean {
    const at = PciConfig.BAR0 + 4 * this.index;
    const low = ((this.address % 2 ** 32) | this.typeBits) >>> 0;
    if (littleEndian(config.bytes, at, 4) !== low) return false;
    if (!this.wide) return true;
    return littleEndian(config.bytes, at + 4, 4) === Math.floor(this.address / 2 ** 32);
  }

  /** Writes address and type bits into the register, and makes its address bits writable. */
  place(config: ConfigSpace, address: number): void {
    this.address = address;
    const at = PciConfig.BAR0 + 4 * this.index;
    config.poke(at, 4, ((address % 2 ** 32) | this.typeBits) >>> 0);
    config.allow(at, 4, ~(this.size - 1) >>> 0);
    if (!this.wide) return;
    config.poke(at + 4, 4, Math.floor(address / 2 ** 32));
    config.allow(at + 4, 4, 0xffffffff);
  }
}
