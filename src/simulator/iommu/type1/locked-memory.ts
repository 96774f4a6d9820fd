import { Errno } from "../../../errno.js";
import type { Client } from "../../core/client.js";
import { PAGE_SIZE } from "../../core/page.js";
import type { Result } from "../../core/result.js";

/** Whole pages that a client may lock. */
export function lockLimit({ lockedMemory }: Client): number {
  return Math.floor(lockedMemory.limit / PAGE_SIZE);
}

/** Pages that a client has locked. */
export function lockedPages({ lockedMemory }: Client): number {
  return lockedMemory.locked / PAGE_SIZE;
}

/** mm/util.c: __account_locked_vm(). ENOMEM above the limit, unless it may be passed. */
export function accountLocked(client: Client, pages: number, bypass: boolean): Result {
  const locked = lockedPages(client) + pages;
  if (pages > 0 && !bypass && locked > lockLimit(client)) return -Errno.ENOMEM;
  client.lockedMemory.locked = Math.max(0, locked) * PAGE_SIZE;
  return 0;
}
