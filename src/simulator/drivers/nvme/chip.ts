import type { Width } from "../../core/file.js";
import type { ChipBus, PciChip } from "../../pci/chip.js";
import type { NvmeOptions } from "./options.js";

/** Controller registers of an NVMe device. */
export class NvmeChip implements PciChip {
  readonly #registers = new Uint32Array(0x400);

  constructor(_bus: ChipBus, _options: NvmeOptions) {
    this.reset();
  }

  read(_bar: number, offset: number, width: Width): number {
    const word = this.#registers[offset >> 2] ?? 0;
    const shifted = word >>> (8 * (offset & 3));
    return width === 4 ? shifted : shifted & (2 ** (8 * width) - 1);
  }

  write(_bar: number, offset: number, width: Width, value: number): void {
    if (width !== 4 || offset !== 0x14) return;
    this.#registers[0x14 >> 2] = value;
    this.#registers[0x1c >> 2] = value & 1;
  }

  read64(bar: number, offset: number): bigint {
    const high = BigInt(this.read(bar, offset + 4, 4));
    return (high << 32n) | BigInt(this.read(bar, offset, 4));
  }

  write64(bar: number, offset: number, value: bigint): void {
    this.write(bar, offset, 4, Number(value & 0xffff_ffffn));
    this.write(bar, offset + 4, 4, Number(value >> 32n));
  }

  reset(): void {
    this.#registers.fill(0);
  }
}
