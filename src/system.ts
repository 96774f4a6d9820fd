/**
 * The second, smaller seam: what a host tells about itself outside VFIO and sysfs. Hints, holder
 * lists and binding checks ask it, so they run against a simulated host too.
 */

/** A file's kind, mode and owner, as stat(2) tells. */
export interface NodeStat {
  kind: "file" | "directory" | "character" | "other";
  /** Permission bits, 0o000 to 0o7777. */
  mode: number;
  uid: number;
  gid: number;
  /** Device numbers of a character device. */
  major?: number;
  minor?: number;
}

/** A process that holds a file open. */
export interface Holder {
  pid: number;
  /** Its command name, as in /proc/PID/comm. */
  command: string;
}

/** Bytes that this process may lock (RLIMIT_MEMLOCK); Infinity for unlimited. */
export interface MemlockLimit {
  soft: number;
  hard: number;
}

/** The host around the kernel. Answers are of this moment; nothing is cached. */
export interface System {
  /** Undefined where there is nothing or it may not be looked at. */
  stat(path: string): NodeStat | undefined;
  /** Names in a directory, sorted; empty where there is none. */
  list(path: string): string[];
  /** A text file's content (/proc, /etc), or undefined. */
  readText(path: string): string | undefined;
  /** Processes with this file open, as far as this user can see. */
  holders(path: string): Holder[];
  /** RLIMIT_MEMLOCK of this process, in bytes. */
  memlock(): MemlockLimit;
  /** Effective user id of this process. */
  uid(): number;
  /** This process. */
  pid(): number;
}
