import { lstatSync, readdirSync, readFileSync, readlinkSync, realpathSync } from "node:fs";
import { isVfioError, VfioError } from "../errors.js";
import type { BlockingWriteOptions, Sysfs, SysfsKind } from "../kernel.js";
import type { Addon } from "./addon.js";
import { checkBytes, checkPath } from "./arguments.js";
import { writeInHelper } from "./blocking-write.js";
import type { Frame } from "./frame.js";
import { withVfioErrors } from "./node-error.js";

/** The host's /sys. */
export class LinuxSysfs implements Sysfs {
  readonly #addon: Addon;
  readonly #frame: Frame;

  constructor(addon: Addon, frame: Frame) {
    this.#addon = addon;
    this.#frame = frame;
  }

  read(path: string): string {
    return withVfioErrors(() => readFileSync(checkPath(path), "utf8"));
  }

  readBytes(path: string): Uint8Array {
    return withVfioErrors(() => new Uint8Array(readFileSync(checkPath(path))));
  }

  write(path: string, data: string | Uint8Array): number {
    const result = this.#addon.sysfsWrite(checkPath(path), toBytes(data));
    if (result >= 0) return result;
    const syscall = this.#frame.status[0] === 0 ? "write" : "open";
    throw new VfioError({ errno: -result, syscall, path });
  }

  writeBlocking(
    path: string,
    data: string | Uint8Array,
    options: BlockingWriteOptions = {},
  ): Promise<number> {
    return writeInHelper(checkPath(path), toBytes(data), options);
  }

  list(path: string): string[] {
    return withVfioErrors(() => readdirSync(checkPath(path)).sort());
  }

  readlink(path: string): string {
    return withVfioErrors(() => readlinkSync(checkPath(path)));
  }

  realpath(path: string): string {
    return withVfioErrors(() => realpathSync(checkPath(path)));
  }

  kind(path: string): SysfsKind | undefined {
    checkPath(path);
    try {
      const status = withVfioErrors(() => lstatSync(path));
      if (status.isSymbolicLink()) return "link";
      return status.isDirectory() ? "directory" : "file";
    } catch (error) {
      if (isVfioError(error, "ENOENT") || isVfioError(error, "ENOTDIR")) return undefined;
      throw error;
    }
  }
}

function toBytes(data: string | Uint8Array): Uint8Array {
  return typeof data === "string" ? new TextEncoder().encode(data) : checkBytes("data", data);
}
