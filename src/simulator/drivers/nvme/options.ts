/** Options of the device, as QEMU has them. */
export interface NvmeOptions {
  /** Serial number, up to 20 characters. */
  readonly serial?: string;
  /** Bytes of its namespace, a multiple of 512; no namespace without. */
  readonly size?: number;
  /** Virtual functions that it can have. */
  readonly virtualFunctions?: number;
  /** Registers of the controller as the firmware leaves them, by offset. */
  readonly firmware?: Readonly<Record<number, number>>;
  /** A virtual function without resources: only its status can be read. */
  readonly offline?: boolean;
}
