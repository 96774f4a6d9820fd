import { Errno } from "../../../errno.js";
import type { Result } from "../../core/result.js";
import type { Profile } from "../../profile.js";
import { parseBool } from "../../sysfs/parse.js";
import type { SysfsDirectory } from "../../sysfs/tree.js";

const UINT_MAX = 0xffff_ffff;
const WRITABLE = 0o644;

/** Module parameters of vfio_iommu_type1, as /sys/module shows them and root may change them. */
export class Type1Parameters {
  /** Mappings of a container; counts from the next SET_IOMMU on. */
  dmaEntryLimit: number;
  /** Groups without interrupt isolation may be attached. */
  unsafeInterrupts: boolean;

  constructor(profile: Profile, sysfs: SysfsDirectory) {
    this.dmaEntryLimit = profile.dmaEntryLimit;
    this.unsafeInterrupts = profile.unsafeInterrupts;
    const directory = sysfs.walk("module/vfio_iommu_type1/parameters");
    directory.attribute("dma_entry_limit", {
      mode: WRITABLE,
      show: () => `${this.dmaEntryLimit}\n`,
      store: (data) => this.#setLimit(data),
    });
    directory.attribute("allow_unsafe_interrupts", {
      mode: WRITABLE,
      show: () => (this.unsafeInterrupts ? "Y\n" : "N\n"),
      store: (data) => this.#setUnsafe(data),
    });
  }

  // kernel/params.c: param_set_uint()
  #setLimit(data: string): Result {
    const digits = /^\+?(0x[0-9a-f]+|0[0-7]*|[1-9][0-9]*)\n?$/i.exec(data)?.[1];
    if (digits === undefined) return -Errno.EINVAL;
    const octal = /^0[0-7]+$/.test(digits);
    const value = octal ? Number.parseInt(digits, 8) : Number(digits);
    if (value > UINT_MAX) return -Errno.ERANGE;
    this.dmaEntryLimit = value;
    return data.length;
  }

  // kernel/params.c: param_set_bool()
  #setUnsafe(data: string): Result {
    const wanted = parseBool(data);
    if (wanted === undefined) return -Errno.EINVAL;
    this.unsafeInterrupts = wanted;
    return data.length;
  }
}
