import { Errno } from "../../errno.js";
import { OpenFlags } from "../../kernel.js";
import type { SimulatedMachine } from "../machine.js";
import { openSysfs } from "../sysfs/open.js";
import type { FileOperations } from "./file.js";
import type { SimulatedProcess } from "./process.js";
import type { Result } from "./result.js";

/** open(2): device nodes and sysfs. */
export function openPath(
  machine: SimulatedMachine,
  process: SimulatedProcess,
  path: string,
  flags: number,
): FileOperations | Result {
  if (!process.alive) throw new Error("open: the process has ended");
  if (!process.files.hasFree) return -Errno.EMFILE;
  if (path === "/sys" || path.startsWith("/sys/")) return openSysfs(machine, process, path, flags);
  const node = machine.devfs.get(path);
  if (node === undefined) return machine.devfs.missing(path);
  if (!permitted(process, node, flags)) return -Errno.EACCES;
  return node.open(process, flags);
}

/** Permission bits of a file, as fs/namei.c: generic_permission() reads them. */
export function permitted(
  { uid, gid }: { uid: number; gid: number },
  node: { mode: number; uid: number; gid: number },
  flags: number,
): boolean {
  if (uid === 0) return true;
  const shift = uid === node.uid ? 6 : gid === node.gid ? 3 : 0;
  const granted = (node.mode >> shift) & 7;
  const access = flags & 3;
  const wanted = access === OpenFlags.readOnly ? 4 : access === OpenFlags.writeOnly ? 2 : 6;
  return (granted & wanted) === wanted;
}
