import { basename } from "node:path";
import { isVfioError } from "../errors.js";
import type { Sysfs } from "../kernel.js";

const absent = new Set(["ENOENT", "ENODEV", "ENOTDIR"]);

/** What a read of sysfs answers, or undefined where there is nothing (or nothing any more). */
export function ifThere<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (isVfioError(error) && absent.has(error.code)) return undefined;
    throw error;
  }
}

/** An attribute's text without the newline that ends it, or undefined where there is none. */
export function attribute(sysfs: Sysfs, path: string): string | undefined {
  return ifThere(() => sysfs.read(path).replace(/\n$/, ""));
}

/** An attribute that holds one number (`0x1234` or decimal), or undefined where there is none. */
export function numberAttribute(sysfs: Sysfs, path: string): number | undefined {
  const text = attribute(sysfs, path)?.trim();
  return text === undefined || text === "" ? undefined : Number(text);
}

/** The last name that a link leads to (`driver` -> `vfio-pci`), or undefined without a link. */
export function linkName(sysfs: Sysfs, path: string): string | undefined {
  const text = ifThere(() => (sysfs.kind(path) === "link" ? sysfs.readlink(path) : undefined));
  return text === undefined ? undefined : basename(text);
}

/** Names in a directory, sorted; none where there is no directory. */
export function names(sysfs: Sysfs, path: string): string[] {
  return ifThere(() => sysfs.list(path)) ?? [];
}
