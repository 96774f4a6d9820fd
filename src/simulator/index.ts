/** The simulated kernel: a machine, its processes, and what can be plugged into it. */

export { SimulatedClock, type Timer } from "./clock.js";
export type { Capability } from "./core/client.js";
export { HazardError, type Hazards, type MetHazard } from "./core/hazards.js";
export type { Leak } from "./core/leaks.js";
export type { ModelError, OnModelError } from "./core/model-errors.js";
export type { CallFault, InjectableCall, PlannedFault } from "./core/planned-fault.js";
export type { ProcessOptions } from "./core/process.js";
export { type DeviceFaults, Faults } from "./faults.js";
export { SimulatedKernel } from "./kernel.js";
export { type MachineOptions, SimulatedMachine } from "./machine.js";
export { type Profile, type ProfileName, profiles } from "./profile.js";
export { type QuirkName, quirks } from "./quirks.js";
