import { basename } from "node:path";
import { isVfioError, type VfioError } from "../errors.js";
import type { Kernel } from "../kernel.js";
import { hinted, withHint, writeHint } from "./hint.js";
import { refuseInUse, waitHint } from "./in-use.js";
import { type PciDevice, pciBus, pciDevice } from "./pci-device.js";
import { patience, type TakeOptions } from "./stop-mdev.js";

type Host = Pick<Kernel, "sysfs" | "system" | "clock">;

/**
 * Sets the only driver that may take a device, or lifts that (a newline: zero bytes do nothing).
 */
export function setDriverOverride(kernel: Host, address: string, driver: string | undefined): void {
  const path = `${pciBus}/devices/${address}/driver_override`;
  write(kernel, path, driver ?? "\n");
}

/**
 * Takes a device from its driver, in a helper process: the kernel waits while it is in use.
 *
 * @throws VfioError EBUSY, EDEADLK (see `refuseInUse`), ETIMEDOUT, ENODEV, EACCES
 */
export async function takeFromDriver(
  kernel: Host,
  { name, driver, group }: PciDevice,
  { timeout = patience, signal, force }: TakeOptions = {},
): Promise<void> {
  if (driver === undefined) return;
  const path = `${pciBus}/drivers/${driver}/unbind`;
  refuseInUse(kernel, { path, group, force });
  try {
    await kernel.sysfs.writeBlocking(path, name, { timeout, signal });
  } catch (error) {
    const hint = isVfioError(error, "ETIMEDOUT")
      ? waitHint(kernel, { group, timeout })
      : writeHint(kernel, error);
    throw withHint(error, hint);
  }
}

/** Offers a device to all drivers. Succeeds when none wants it: look at its `driver` then. */
export function offerToDrivers(kernel: Host, address: string): void {
  write(kernel, `${pciBus}/drivers_probe`, address);
}

/** Gives a device to one driver, whose own error is thrown if it will not have it. */
export function giveToDriver(kernel: Host, address: string, driver: string): void {
  write(kernel, `${pciBus}/drivers/${driver}/bind`, address);
}

/** What to put back: which driver had a device, and which one it was kept for. */
export type Binding = Pick<PciDevice, "name" | "driver" | "driverOverride">;

/**
 * Makes a device's binding what it was. Goes as far as it gets.
 *
 * @returns what could not be put back, each with its reason; empty when all is as it was
 */
export async function restoreBinding(kernel: Host, before: Binding): Promise<string[]> {
  const failures: string[] = [];
  const attempt = async (what: string, run: () => void | Promise<void>) => {
    try {
      await run();
    } catch (error) {
      if (!isVfioError(error)) throw error;
      failures.push(`${what} (${reason(error)})`);
    }
  };
  const { name, driver, driverOverride } = before;
  await attempt(`taking it from its new driver`, async () => {
    const now = pciDevice(kernel, name);
    if (now.driver !== driver) await takeFromDriver(kernel, now);
  });
  await attempt(`driver_override ${driverOverride ?? "(none)"}`, () => {
    if (pciDevice(kernel, name).driverOverride === driverOverride) return;
    setDriverOverride(kernel, name, driverOverride);
  });
  await attempt(`driver ${driver}`, () => {
    if (driver === undefined || pciDevice(kernel, name).driver === driver) return;
    giveBack(kernel, name, driver);
  });
  return failures;
}

/** A driver that was bound by an override, which then was lifted, matches with that alone. */
function giveBack(kernel: Host, name: string, driver: string): void {
  try {
    giveToDriver(kernel, name, driver);
  } catch (error) {
    const { driverOverride } = pciDevice(kernel, name);
    if (!isVfioError(error, "ENODEV") || driverOverride === driver) throw error;
    setDriverOverride(kernel, name, driver);
    try {
      giveToDriver(kernel, name, driver);
    } finally {
      setDriverOverride(kernel, name, driverOverride);
    }
  }
}

function reason({ code, path }: VfioError): string {
  return path === undefined ? code : `${code} from ${basename(path)}`;
}

function write(kernel: Host, path: string, data: string): void {
  hinted(
    () => kernel.sysfs.write(path, data),
    (error) => writeHint(kernel, error),
  );
}
