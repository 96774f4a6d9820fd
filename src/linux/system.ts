import { readdirSync, readFileSync, readlinkSync, type Stats, statSync } from "node:fs";
import type { Holder, MemlockLimit, NodeStat, System } from "../system.js";
import { checkPath } from "./arguments.js";

/** The host, through /proc and stat(2). What may not be looked at is as if it were not there. */
export const linuxSystem: System = {
  stat(path) {
    const status = attempt(() => statSync(checkPath(path)));
    return status === undefined ? undefined : describe(status);
  },

  list: (path) => attempt(() => readdirSync(checkPath(path)).sort()) ?? [],

  readText: (path) => attempt(() => readFileSync(checkPath(path), "utf8")),

  holders(path) {
    const status = attempt(() => statSync(checkPath(path)));
    if (status === undefined) return [];
    return processes()
      .filter((pid) => holds(pid, status))
      .map(describeHolder);
  },

  memlock() {
    const limits = attempt(() => readFileSync("/proc/self/limits", "utf8")) ?? "";
    const [, soft, hard] = /^Max locked memory\s+(\S+)\s+(\S+)/m.exec(limits) ?? [];
    return { soft: toLimit(soft), hard: toLimit(hard) } satisfies MemlockLimit;
  },

  uid: () => process.geteuid?.() ?? 0,
  pid: () => process.pid,
};

function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (error instanceof TypeError) throw error;
    return undefined;
  }
}

function describe(status: Stats): NodeStat {
  const common = { mode: status.mode & 0o7777, uid: status.uid, gid: status.gid };
  if (status.isCharacterDevice()) {
    return { kind: "character", ...common, major: major(status.rdev), minor: minor(status.rdev) };
  }
  if (status.isDirectory()) return { kind: "directory", ...common };
  return { kind: status.isFile() ? "file" : "other", ...common };
}

// glibc's gnu_dev_major and gnu_dev_minor; device numbers of Linux are 12 and 20 bits.

function major(device: number): number {
  return Math.floor(device / 0x100) & 0xfff;
}

function minor(device: number): number {
  return (device & 0xff) | (Math.floor(device / 0x1000) & 0xfff00);
}

function processes(): number[] {
  return (attempt(() => readdirSync("/proc")) ?? [])
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** Whether one of the process's descriptors is this very file, by whatever path it was opened. */
function holds(pid: number, wanted: Stats): boolean {
  const folder = `/proc/${pid}/fd`;
  return (attempt(() => readdirSync(folder)) ?? []).some((fd) => {
    const link = attempt(() => readlinkSync(`${folder}/${fd}`));
    if (link === undefined || !link.startsWith("/")) return false;
    const status = attempt(() => statSync(`${folder}/${fd}`));
    if (status === undefined) return false;
    if (wanted.isCharacterDevice()) {
      return status.isCharacterDevice() && status.rdev === wanted.rdev;
    }
    return status.dev === wanted.dev && status.ino === wanted.ino;
  });
}

function describeHolder(pid: number): Holder {
  const command = attempt(() => readFileSync(`/proc/${pid}/comm`, "utf8"))?.trim() ?? "?";
  return { pid, command };
}

function toLimit(text: string | undefined): number {
  return text === undefined || text === "unlimited" ? Number.POSITIVE_INFINITY : Number(text);
}
