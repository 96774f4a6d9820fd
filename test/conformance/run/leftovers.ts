import type { Kernel } from "../../../src/kernel.js";
import { addresses, pciPath } from "../fixtures/needs.js";

/** What a case has left behind: devices, bindings, overrides, groups. */
export function leftovers(kernel: Kernel): string[] {
  const { sysfs } = kernel;
  const left: string[] = [];
  const listed = (path: string) => (sysfs.kind(path) === undefined ? [] : sysfs.list(path));
  for (const name of listed("/sys/bus/mdev/devices")) left.push(`left mediated device ${name}`);
  for (const name of listed("/sys/class/vfio")) left.push(`left VFIO group ${name}`);
  for (const address of Object.values(addresses)) {
    const path = `${pciPath(address)}/driver_override`;
    if (sysfs.kind(path) === undefined) continue;
    const override = sysfs.read(path).trim();
    if (override !== "(null)") left.push(`left driver_override ${override} of ${address}`);
  }
  return left;
}
