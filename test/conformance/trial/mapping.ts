import type { Mapping } from "../../../src/kernel.js";
import type { Place } from "./argument.js";
import type { Outcome } from "./outcome.js";
import { number } from "./step.js";
import type { Trial } from "./trial.js";

/** Widths of one access, in bits. */
export type AccessWidth = 8 | 16 | 32 | 64;

/** Mapped device memory whose accesses are recorded. */
export class TracedMapping {
  constructor(
    readonly trial: Trial,
    readonly mapping: Mapping,
    readonly label: string,
  ) {}

  /** One read; the outcome is the value as text in hexadecimal, or the error. */
  read(offset: number, width: AccessWidth = 32): Outcome {
    const call = `${this.label} read${width} ${number(offset)}`;
    return this.trial.step(call, {}, () => {
      const value = width === 64 ? this.mapping.read64(offset) : this.#read(offset, width);
      return `0x${value.toString(16)}`;
    });
  }

  /** One write; 0 or the error. */
  write(offset: number, value: number | bigint, width: AccessWidth = 32): Outcome {
    const call = `${this.label} write${width} ${number(offset)} ${number(value)}`;
    return this.trial.step(call, {}, () => {
      if (width === 64) this.mapping.write64(offset, BigInt(value));
      else this.#write(offset, width, Number(value));
      return 0;
    });
  }

  /** The address of a byte of it, for mapping it into an IOMMU. */
  at(offset: number): Place {
    return {
      address: this.mapping.address + BigInt(offset),
      label: `${this.label}+${number(offset)}`,
    };
  }

  unmap(): void {
    this.trial.step(`munmap ${this.label}`, {}, () => {
      this.release();
      return 0;
    });
  }

  /** Unmaps it if it is still mapped; not recorded. */
  release(): void {
    this.mapping.close();
  }

  #read(offset: number, width: 8 | 16 | 32): number {
    if (width === 8) return this.mapping.read8(offset);
    return width === 16 ? this.mapping.read16(offset) : this.mapping.read32(offset);
  }

  #write(offset: number, width: 8 | 16 | 32, value: number): void {
    if (width === 8) this.mapping.write8(offset, value);
    else if (width === 16) this.mapping.write16(offset, value);
    else this.mapping.write32(offset, value);
  }
}
