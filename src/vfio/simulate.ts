import { guestFixtures } from "../simulator/fixtures.js";
import type { MachineOptions, ProfileName } from "../simulator/index.js";
import { profiles, SimulatedMachine } from "../simulator/index.js";
import { loadMdevSamples } from "../simulator/mdev/index.js";
import { pciHost } from "../simulator/pci/host.js";
import { type PciPlug, plugPci } from "../simulator/pci/plug.js";
import { vfioPciDriver } from "../simulator/pci/vfio/driver.js";
import { offerToDrivers, setDriverOverride } from "../sysfs/binding.js";
import { pciDevices } from "../sysfs/pci-device.js";
import { integer, wrongType } from "./numbers.js";

/** The machine to simulate. */
export interface SimulateOptions extends Omit<MachineOptions, "profile"> {
  /** Kernel profile: `6.1` (unless told), `6.12`, `7.2`, or one of your own. */
  profile?: MachineOptions["profile"] | string;
  /**
   * What is plugged into its PCI bus. Unless told the machine that the commands and the tests have:
   * QEMU's edu at 0000:00:05.0 and 04:00.0, two behind one bridge at 02:01.0 and 02:02.0, NVMe at
   * 03:00.0 and, with virtual functions, 05:00.0.
   */
  devices?: readonly PciPlug[];
}

/**
 * Builds a simulated machine as it comes up: nothing is bound to vfio-pci. The sample drivers of
 * mediated devices are loaded. Its clock runs in real time unless told.
 *
 * @throws RangeError for an unknown profile, or addresses that are wrong or taken
 * @throws TypeError for options that are none
 */
export function simulate(options: SimulateOptions): SimulatedMachine {
  checkOptions(options);
  const { profile = "6.1", devices = guestFixtures, ...rest } = options;
  if (typeof profile === "string" && !Object.hasOwn(profiles, profile)) {
    const names = Object.keys(profiles).join(", ");
    throw new RangeError(`profile: '${profile}' is not one of ${names}`);
  }
  const machine = new SimulatedMachine({
    clock: "real-time",
    ...rest,
    profile: profile as ProfileName,
  });
  plugPci(machine, devices);
  pciHost(machine).register(vfioPciDriver);
  loadMdevSamples(machine);
  return machine;
}

/** What a slip of the pen would turn into another machine than the one that was meant. */
function checkOptions(options: SimulateOptions): void {
  if (typeof options !== "object" || options === null) {
    throw wrongType(options, "options", "an object");
  }
  const { profile = "6.1", devices = [], clock = "manual", seed = 1 } = options;
  const version = typeof profile === "object" ? profile?.version : profile;
  if (typeof version !== "string") throw wrongType(profile, "profile", "a profile or its name");
  if (!Array.isArray(devices)) throw wrongType(devices, "devices", "an array");
  if (clock !== "manual" && clock !== "real-time") {
    throw new TypeError(`clock: '${String(clock)}' is neither manual nor real-time`);
  }
  integer(seed, "seed");
}

const BRIDGES = 0x06;

/**
 * The same, with the PCI devices that no driver wants bound to vfio-pci, bridges aside, as an
 * administrator does it.
 */
export function simulateBound(options: SimulateOptions): SimulatedMachine {
  const machine = simulate(options);
  const administrator = machine.process({ command: "systemd" });
  for (const { name, class: code, driver } of pciDevices(administrator)) {
    if (code >>> 16 === BRIDGES || driver !== undefined) continue;
    setDriverOverride(administrator, name, "vfio-pci");
    offerToDrivers(administrator, name);
  }
  administrator.shutdown();
  return machine;
}
