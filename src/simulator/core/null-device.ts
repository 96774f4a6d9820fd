import { Errno } from "../../errno.js";
import type { Client } from "./client.js";
import type { DeviceNode } from "./devfs.js";
import type { FileOperations } from "./file.js";

const operations: FileOperations = {
  name: "/dev/null",
  read: () => 0,
  write: (_client: Client, source: Uint8Array) => source.length,
  pread: () => 0,
  pwrite: (_client: Client, source: Uint8Array) => source.length,
  ioctl: () => -Errno.ENOTTY,
};

/** /dev/null (drivers/char/mem.c): the file that is open, and no VFIO file. */
export const nullDevice: DeviceNode = {
  mode: 0o666,
  uid: 0,
  gid: 0,
  major: 1,
  minor: 3,
  open: () => operations,
};
