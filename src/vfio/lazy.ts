import { createRequire } from "node:module";
import type { Steps } from "./steps.js";

const require = createRequire(import.meta.url);

type HostModule = typeof import("./host-kernel.js");
type SimulateModule = typeof import("./simulate.js");

/**
 * The addon and the simulator are loaded when they are first needed: importing the package is
 * light. Synchronous twins load with require(), which Node allows for these modules since 20.19.
 */
export function* hostModule(): Steps<HostModule> {
  return (yield {
    sync: () => require("./host-kernel.js"),
    async: () => import("./host-kernel.js"),
  }) as HostModule;
}

/** What switches simulated machines on. */
export function* simulateModule(): Steps<SimulateModule> {
  return (yield {
    sync: () => require("./simulate.js"),
    async: () => import("./simulate.js"),
  }) as SimulateModule;
}
