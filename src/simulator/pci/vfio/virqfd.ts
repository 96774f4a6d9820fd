import { Errno } from "../../../errno.js";
import type { Client } from "../../core/client.js";
import { eventfdOf } from "../../core/eventfd.js";
import type { Result } from "../../core/result.js";

/** Somebody in the kernel who acts when a user signals an eventfd. */
export interface Virqfd {
  /** Stops listening. */
  disable(): void;
}

/** Where a `Virqfd` is kept; one at a time. */
export interface VirqfdSlot {
  virqfd: Virqfd | undefined;
}

/**
 * Calls `act` whenever the eventfd is signalled, and takes its count. What was pending before acts
 * at once, and stays in the count. It ends when the eventfd is closed.
 */
// drivers/vfio/virqfd.c: vfio_virqfd_enable()
export function enableVirqfd(
  client: Client,
  fd: number,
  slot: VirqfdSlot,
  act: () => void,
): Result {
  const eventfd = eventfdOf(client, fd);
  if (typeof eventfd === "number") return eventfd;
  if (slot.virqfd !== undefined) return -Errno.EBUSY;
  const stopListening = eventfd.onSignal(() => {
    eventfd.take();
    act();
  });
  const stopWaiting = eventfd.onRelease(() => virqfd.disable());
  const virqfd: Virqfd = {
    disable: () => {
      stopListening();
      stopWaiting();
      if (slot.virqfd === virqfd) slot.virqfd = undefined;
    },
  };
  slot.virqfd = virqfd;
  if (eventfd.count > 0n) act();
  return 0;
}
