import { PciBar, PciConfig } from "../../uapi/pci-regs.js";
import type { ConfigSpace } from "./config-space.js";

/** A function's expansion ROM and the register that places it. */
export class OptionRom {
  /** Bytes of its BAR: the next power of two. */
  readonly size: number;
  address = 0;

  constructor(readonly contents: Uint8Array) {
    this.size = Math.max(0x800, 2 ** Math.ceil(Math.log2(contents.length)));
  }

  place(config: ConfigSpace, address: number): void {
    this.address = address;
    config.poke(PciConfig.ROM_ADDRESS, 4, address);
    config.allow(PciConfig.ROM_ADDRESS, 4, (~(this.size - 1) | PciBar.ROM_ENABLE) >>> 0);
  }

  /** It begins with the signature that makes it one. drivers/pci/rom.c: pci_map_rom() */
  get valid(): boolean {
    return this.contents[0] === 0x55 && this.contents[1] === 0xaa;
  }
}
