import type { Client } from "./core/client.js";
import type { Result } from "./core/result.js";

/** Faults on demand: what goes wrong in a machine because a test wants it to. */
export class Faults {
  /** An injected failure of this ioctl, or 0. */
  ioctl(_client: Client, _request: number): Result {
    return 0;
  }

  /** An injected failure of this allocation, or 0. */
  allocation(_client: Client): Result {
    return 0;
  }
}
