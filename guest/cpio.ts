/** One member of an initramfs archive. */
export interface CpioEntry {
  /** Path without a leading slash; its folders need entries of their own, before it. */
  readonly path: string;
  /** File type and permission bits, as in stat(2). */
  readonly mode: number;
  /** Content of a file, target of a symbolic link. */
  readonly data?: Uint8Array | string;
}

const DIRECTORY = 0o040755;
const FILE = 0o100644;
const PROGRAM = 0o100755;

/** A folder of the archive. */
export function directoryEntry(path: string): CpioEntry {
  return { path, mode: DIRECTORY };
}

/** A plain file of the archive. */
export function fileEntry(path: string, data: Uint8Array | string): CpioEntry {
  return { path, mode: FILE, data };
}

/** An executable file of the archive. */
export function programEntry(path: string, data: Uint8Array | string): CpioEntry {
  return { path, mode: PROGRAM, data };
}

/** Writes the "newc" format: Documentation/driver-api/early-userspace/buffer-format.rst. */
export function cpioArchive(entries: readonly CpioEntry[]): Buffer {
  const parts: Buffer[] = [];
  for (const [index, entry] of entries.entries()) parts.push(...member(entry, index + 1));
  parts.push(...member({ path: "TRAILER!!!", mode: 0 }, 0));
  return Buffer.concat(parts);
}

function member(entry: CpioEntry, inode: number): Buffer[] {
  const data = Buffer.from(entry.data ?? "");
  const name = Buffer.from(`${entry.path}\0`);
  // Owner, group, links, time; then size, four device numbers, name size, checksum.
  const fields = [inode, entry.mode, 0, 0, 1, 0, data.length, 0, 0, 0, 0, name.length, 0];
  const hex = fields.map((field) => field.toString(16).padStart(8, "0")).join("");
  const header = Buffer.concat([Buffer.from(`070701${hex}`), name]);
  return [header, padding(header.length), data, padding(data.length)];
}

function padding(length: number): Buffer {
  return Buffer.alloc(-length & 3);
}
