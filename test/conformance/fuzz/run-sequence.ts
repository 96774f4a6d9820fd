import type { Answers, Sequence } from "./op.js";
import { accessSteps } from "./steps/access.js";
import { bindingSteps } from "./steps/binding.js";
import { containerSteps } from "./steps/containers.js";
import { deviceSteps } from "./steps/devices.js";
import { eduSteps } from "./steps/edu.js";
import { groupSteps } from "./steps/groups.js";
import { interruptSteps } from "./steps/interrupts.js";
import { processSteps } from "./steps/processes.js";
import { specialSteps } from "./steps/special.js";
import type { Steps } from "./steps/step.js";
import { sysfsSteps } from "./steps/sysfs.js";
import type { World } from "./world.js";

const steps: Steps = {
  ...containerSteps,
  ...groupSteps,
  ...deviceSteps,
  ...accessSteps,
  ...interruptSteps,
  ...specialSteps,
  ...sysfsSteps,
  ...processSteps,
  ...eduSteps,
  ...bindingSteps,
};

/** Plays a sequence on a kernel, from a fresh state to an empty one: what each step gave. */
export async function runSequence(world: World, { theme, ops }: Sequence): Promise<Answers> {
  const answers: string[] = [];
  world.begin(theme);
  try {
    for (const [name, ...values] of ops) {
      const step = steps[name];
      if (step === undefined) throw new Error(`no step is called ${name}`);
      const answer = step(world, values);
      answers.push(typeof answer === "string" ? answer : await answer);
    }
  } finally {
    world.end();
  }
  return answers;
}
