import type { Steps } from "./step.js";

/** Steps between processes. */
export const processSteps: Steps = {
  switch: (world) => {
    world.switchActor();
    return "0";
  },
  kill: (world) => {
    world.killOther();
    return "0";
  },
};
