import { SimulatedClock } from "./clock.js";
import { Devfs } from "./core/devfs.js";
import type { HardwareIommu, IommuGroup, IommuGroupKind } from "./iommu/iommu-group.js";
import { type Profile, type ProfileName, profiles } from "./profile.js";
import { SysfsDirectory } from "./sysfs/tree.js";

/** How a machine is made. */
export interface MachineOptions {
  /** Kernel profile, by name or as data; 6.1 unless told. */
  profile?: ProfileName | Profile;
  /** Time by hand (the default) or the host's. */
  clock?: "manual" | "real-time";
  /** Seed of everything that is random. */
  seed?: number;
  /** Undefined behaviour throws instead of answering with seeded garbage. */
  strict?: boolean;
}

/** IOMMU groups of the machine: ids are the lowest free ones, global. */
export interface IommuGroups {
  allocate(kind: IommuGroupKind, options?: { hardware?: HardwareIommu }): IommuGroup;
  /** Frees the id; the directory goes away. */
  release(group: IommuGroup): void;
  get(id: number): IommuGroup | undefined;
}

/** What the real kernel leaves undefined and a client has met. */
export interface Hazards {
  /** Notes it, and throws on a strict machine. Returns a seeded random byte otherwise. */
  meet(name: string, where: string): number;
  readonly met: readonly { name: string; where: string }[];
}

/** What is plugged in, who is running. All state of the simulation hangs off a machine. */
export class SimulatedMachine {
  readonly profile: Profile;
  readonly clock: SimulatedClock;
  readonly sysfs = new SysfsDirectory("/sys", undefined);
  readonly devfs = new Devfs();
  declare readonly groups: IommuGroups;
  declare readonly hazards: Hazards;

  constructor({ profile = "6.1", clock = "manual" }: MachineOptions = {}) {
    this.profile = typeof profile === "string" ? profiles[profile] : profile;
    this.clock = new SimulatedClock(clock);
  }
}
