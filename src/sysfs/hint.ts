import { isVfioError } from "../errors.js";
import type { Kernel } from "../kernel.js";

/** Why a write to sysfs was refused, where the reason lies outside the device. */
export function writeHint({ system }: Pick<Kernel, "system">, error: unknown): string | undefined {
  if (!isVfioError(error)) return undefined;
  switch (error.code) {
    case "EACCES":
    case "EPERM":
      return system.uid() === 0
        ? "Even root may not: a container or a security module forbids it."
        : "Only root may change this: run it with sudo.";
    case "EROFS":
      return "/sys is mounted read-only, as in most containers: do it on the host.";
    default:
      return undefined;
  }
}

/** The same error with a hint, if there is one and it has none yet. */
export function withHint(error: unknown, hint: string | undefined): unknown {
  return isVfioError(error) && hint !== undefined && error.hint === undefined
    ? error.with({ hint })
    : error;
}

/** Runs a step; a `VfioError` that it throws leaves with the hint that fits it. */
export function hinted<T>(run: () => T, hint: (error: unknown) => string | undefined): T {
  try {
    return run();
  } catch (error) {
    throw withHint(error, hint(error));
  }
}
