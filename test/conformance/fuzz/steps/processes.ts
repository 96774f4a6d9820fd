import { HAZARD, type Steps } from "./step.js";

/** Steps between processes. */
export const processSteps: Steps = {
  switch: (world) => {
    world.switchActor();
    return "0";
  },
  kill: (world) => {
    if (!world.mayKillOther) return HAZARD;
    world.killOther();
    return "0";
  },
};
