/**
 * Machines to start from: the one whose twin is the guest that the simulator is compared with, and
 * a small one. Addresses, interrupt lines and windows are those that the guest's firmware chose.
 */

import { guestPlatform } from "./guest-platform.js";
import type { PciPlug } from "./pci/placement.js";

/** A small machine: one edu device. */
export const smallMachine: readonly PciPlug[] = [
  { model: "edu", address: "0000:00:05.0", resources: { 0: 0xfe000000 }, irq: 10 },
];

/** 02:01.0 and 02:02.0: two devices behind a bridge, which share a group and a bus reset. */
const sharedPair: readonly PciPlug[] = [
  rootPort("0000:00:01.0", 1, { at: 0xfe100000, irq: 10 }, [
    "00 01 02 00 c0 c0 00 00",
    "60 fd 90 fd 81 fe 91 fe",
  ]),
  {
    model: "pcie-pci-bridge",
    address: "0000:01:00.0",
    secondaryBus: 2,
    resources: { 0: 0xfd800000 },
    irq: 10,
    registers: { 4: "07 01", 24: "01 02 02 00 c0 c0 a0 00", 32: "60 fd 70 fd 81 fe 91 fe" },
  },
  { model: "edu", address: "0000:02:01.0", resources: { 0: 0xfd600000 }, irq: 11 },
  { model: "edu", address: "0000:02:02.0", resources: { 0: 0xfd700000 }, irq: 11 },
];

/** 03:00.0: MSI-X with 65 vectors, function level reset. */
const storage: readonly PciPlug[] = [
  rootPort("0000:00:02.0", 3, { at: 0xfe101000, irq: 11 }, [
    "00 03 03 00 10 10 00 00",
    "e0 fd f0 fd 61 fe 71 fe",
  ]),
  {
    model: "nvme",
    address: "0000:03:00.0",
    serial: "vfio-guest",
    size: 64 * 2 ** 20,
    firmware: adminQueues(0x7ffdd000),
    resources: { 0: 0xfde00000 },
    irq: 11,
    registers: { 4: "07 01" },
  },
];

/** 04:00.0: a device alone in its group. */
const alone: readonly PciPlug[] = [
  rootPort("0000:00:03.0", 4, { at: 0xfe102000, irq: 11, more: { 102: "04 02" } }, [
    "00 04 04 00 20 20 00 00",
    "c0 fd d0 fd 41 fe 51 fe",
  ]),
  { model: "edu", address: "0000:04:00.0", resources: { 0: 0xfdc00000 }, irq: 11 },
];

/** 05:00.0: SR-IOV, whose virtual functions have groups of their own. */
const virtual: readonly PciPlug[] = [
  rootPort("0000:00:04.0", 5, { at: 0xfe103000, irq: 10, more: { 124: "20" } }, [
    "00 05 05 00 30 30 00 00",
    "a0 fd b0 fd 21 fe 31 fe",
  ]),
  {
    model: "nvme",
    address: "0000:05:00.0",
    serial: "vfio-sriov",
    virtualFunctions: 4,
    firmware: adminQueues(0x7ffd5000),
    resources: { 0: 0xfda00000, 7: 0xfda04000 },
    irq: 10,
    registers: { 4: "07 01" },
  },
];

/** The guest of `guest/machine.ts`, function by function. */
export const guestFixtures: readonly PciPlug[] = [
  ...guestPlatform,
  ...sharedPair,
  ...storage,
  ...alone,
  ...virtual,
  { model: "edu", address: "0000:00:05.0", resources: { 0: 0xfe000000 }, irq: 10 },
];

/** Where the firmware had the admin queues of a controller. */
function adminQueues(address: number): Readonly<Record<number, number>> {
  return { 36: 0x00ff003f, 40: address, 48: address + 0x1000 };
}

interface PortOptions {
  readonly at: number;
  readonly irq: number;
  readonly more?: Readonly<Record<number, string>>;
}

/** A root port with its bus numbers, I/O window and memory windows. */
function rootPort(
  address: string,
  secondaryBus: number,
  { at, irq, more = {} }: PortOptions,
  [buses, windows]: readonly [string, string],
): PciPlug {
  const registers = { 4: "07 05", 24: buses, 32: windows, ...more };
  return { model: "pcie-root-port", address, secondaryBus, resources: { 0: at }, irq, registers };
}
