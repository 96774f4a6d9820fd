/** Options of the device, as QEMU has them. */
export interface NvmeOptions {
  /** Serial number, up to 20 characters. */
  readonly serial?: string;
  /** Bytes of its namespace, a multiple of 512; none without. */
  readonly size?: number;
  /** Virtual functions that it can have. */
  readonly virtualFunctions?: number;
}
