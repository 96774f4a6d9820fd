import type { VfioError } from "../errors.js";

/** Why a device could not be reset. */
export function resetHint(
  { resettable }: { resettable: boolean },
  { code }: VfioError,
): string | undefined {
  if (code === "EINVAL" && !resettable) {
    return (
      "This device has no reset that touches it alone. A reset of its whole bus or slot may " +
      "work: `device.hotReset()`, with all its devices."
    );
  }
  return code === "EAGAIN" ? "The device is in use elsewhere in the kernel; try again." : undefined;
}
