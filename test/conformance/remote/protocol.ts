/** What can be asked of a process on the other end: calls of a kernel, by name. */
export interface RemoteCall {
  readonly call: "open" | "close" | "dup" | "read" | "write" | "pread" | "pwrite" | "unsafeIoctl";
  readonly fd: number;
  readonly path?: string;
  /** Flags of open, offset of pread and pwrite, request of ioctl. */
  readonly number?: number;
  /** Bytes of the argument, in base64. */
  readonly bytes?: string;
  /** An argument that is an address or a number. */
  readonly value?: string;
}

/** Other things that can be asked. */
export type RemoteRequest =
  | RemoteCall
  | { readonly call: "eventfd" }
  | { readonly call: "allocate"; readonly length: number; readonly protection: number }
  | { readonly call: "end" };

/** What comes back: a result with the bytes after the call, or an error number. */
export interface RemoteAnswer {
  readonly result?: number;
  readonly bytes?: string;
  /** The address of allocated memory. */
  readonly address?: string;
  /** Positive error number. */
  readonly errno?: number;
  /** Something that is no error of the kernel. */
  readonly failure?: string;
}

/** Bytes for the wire. */
export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}

/** Bytes from the wire. */
export function fromBase64(text = ""): Uint8Array {
  return new Uint8Array(Buffer.from(text, "base64"));
}
