import { SimulatedClock } from "./clock.js";
import { FrameCounter } from "./core/address-space.js";
import { Devfs } from "./core/devfs.js";
import { HazardLog, type Hazards } from "./core/hazards.js";
import { HugePages } from "./core/huge-pages.js";
import { findLeaks, type Leak } from "./core/leaks.js";
import { ModelErrors, type OnModelError } from "./core/model-errors.js";
import { NoiommuMode } from "./core/noiommu-mode.js";
import { nullDevice } from "./core/null-device.js";
import { type ProcessOptions, SimulatedProcess } from "./core/process.js";
import { SeededRandom } from "./core/random.js";
import { VfioCore } from "./core/vfio-core.js";
import { Faults } from "./faults.js";
import type { IommuGroups } from "./iommu/iommu-group.js";
import { IommuGroupTable } from "./iommu/iommu-groups.js";
import { Type1Parameters } from "./iommu/type1/parameters.js";
import { SimulatedKernel } from "./kernel.js";
import { type Profile, type ProfileName, profiles } from "./profile.js";
import { type QuirkName, QuirkSet } from "./quirks.js";
import { SysfsDirectory } from "./sysfs/tree.js";

export type { Hazards } from "./core/hazards.js";

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
  /** Quirks of the profile that this machine shall not have. */
  withoutQuirks?: readonly QuirkName[];
  /** Told of errors that device models throw; a warning of the process unless given. */
  onModelError?: OnModelError;
  /** Huge pages that are set aside, by size in bytes. */
  hugePages?: Readonly<Record<number, number>>;
}

const FIRST_PID = 1000;

/** What is plugged in, who is running. All state of the simulation hangs off a machine. */
export class SimulatedMachine {
  readonly profile: Profile;
  readonly seed: number;
  readonly clock: SimulatedClock;
  readonly random: SeededRandom;
  readonly hazards: Hazards;
  readonly quirks: QuirkSet;
  readonly faults: Faults;
  readonly modelErrors: ModelErrors;
  readonly hugePages: HugePages;
  readonly sysfs = new SysfsDirectory("/sys", undefined);
  readonly devfs = new Devfs();
  /** Module parameters of the type1 IOMMU driver. */
  readonly type1: Type1Parameters;
  /** Devices without an IOMMU may be given to user space. */
  readonly noiommu: NoiommuMode;
  readonly groups: IommuGroups;
  /** Containers, groups and devices that drivers have given to VFIO. */
  readonly vfio: VfioCore;
  /** On whose behalf the machine itself acts. */
  readonly init: SimulatedProcess;
  readonly #frames = new FrameCounter();
  readonly #kernels = new Map<SimulatedProcess, SimulatedKernel>();
  #nextPid = FIRST_PID;

  constructor(options: MachineOptions = {}) {
    const { profile = "6.1", clock = "manual", seed = 1, strict = false } = options;
    this.profile = typeof profile === "string" ? profiles[profile] : profile;
    if (this.profile === undefined) throw new RangeError(`there is no profile ${profile}`);
    this.seed = seed;
    this.clock = new SimulatedClock(clock);
    this.random = new SeededRandom(seed);
    this.hazards = new HazardLog(this.random, strict);
    this.quirks = new QuirkSet(options.withoutQuirks);
    this.modelErrors = new ModelErrors(options.onModelError);
    this.hugePages = new HugePages(options.hugePages);
    this.type1 = new Type1Parameters(this.profile, this.sysfs);
    this.noiommu = new NoiommuMode(this.profile, this.sysfs);
    this.groups = new IommuGroupTable(this.sysfs, this.profile);
    this.faults = new Faults(this);
    this.init = new SimulatedProcess(1, this.#frames, { command: "init" });
    this.devfs.add("/dev/null", nullDevice);
    this.vfio = new VfioCore(this);
  }

  /** Starts a process: its own descriptors and memory, behind the seam. */
  process(options: ProcessOptions = {}): SimulatedKernel {
    const process = new SimulatedProcess(this.#nextPid++, this.#frames, options);
    const kernel = new SimulatedKernel(this, process);
    this.#kernels.set(process, kernel);
    return kernel;
  }

  /** Processes that run. */
  get kernels(): SimulatedKernel[] {
    return [...this.#kernels.values()];
  }

  /** SIGKILL: everything the process has open is closed as the kernel would. */
  kill(pid: number): void {
    const victim = this.kernels.find((kernel) => kernel.process.pid === pid);
    if (victim === undefined) throw new RangeError(`there is no process ${pid}`);
    victim.shutdown();
  }

  /**
   * Files, mappings, pins and mediated devices that are left, for a test to find none at its end.
   */
  leaks(): Leak[] {
    return findLeaks(this);
  }

  /** @throws Error that lists what `leaks` finds */
  assertIdle(): void {
    const leaks = this.leaks();
    if (leaks.length === 0) return;
    const lines = leaks.map(({ kind, pid, text }) => {
      return `  ${kind}: ${text}${pid === undefined ? "" : ` (process ${pid})`}`;
    });
    throw new Error(`the machine is not idle:\n${lines.join("\n")}`);
  }

  /** A process has ended. */
  forget(process: SimulatedProcess): void {
    this.#kernels.delete(process);
  }
}
