import { Errno } from "../../errno.js";
import { VfioError } from "../../errors.js";
import type { Client } from "../core/client.js";
import { PAGE_SIZE } from "../core/page.js";
import type { Pending, Result } from "../core/result.js";
import type { SysfsAttribute } from "./tree.js";

const encoder = new TextEncoder();

/** What reading an attribute gives, or a negative error number. */
export function showBytes({ show }: SysfsAttribute): Uint8Array | Result {
  const shown = show?.() ?? -Errno.EIO;
  return typeof shown === "string" ? encoder.encode(shown) : shown;
}

/**
 * One write(2) of an attribute. Nothing at all never reaches the driver, and one write carries a
 * page at most.
 *
 * fs/kernfs/file.c: kernfs_fop_write_iter(), fs/sysfs/file.c: sysfs_kf_write()
 */
export function startStore(
  { store }: SysfsAttribute,
  data: Uint8Array,
  client: Client,
): Result | Pending {
  if (data.length === 0) return 0;
  const text = Buffer.from(data.subarray(0, PAGE_SIZE)).toString("latin1");
  return store?.(text, client) ?? -Errno.EIO;
}

/**
 * A store that has to end now. One that waits cannot: the real kernel would sit in it,
 * uninterruptibly, until somebody else lets go of the device.
 *
 * @throws VfioError with EDEADLK; what was begun goes on
 */
export function storeNow(
  attribute: SysfsAttribute,
  data: Uint8Array,
  client: Client,
  path: string,
): Result {
  const started = startStore(attribute, data, client);
  const result = typeof started === "number" ? started : started.result;
  if (result !== undefined) return result;
  throw new VfioError({ errno: Errno.EDEADLK, syscall: "write", path, hint: BLOCKS });
}

const BLOCKS =
  "A real kernel would block here, uninterruptibly, until every descriptor and mapping of the " +
  "device is closed. The removal goes on; use writeBlocking to wait for it.";
