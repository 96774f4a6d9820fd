import type { CommandContext } from "../command.js";
import { showGroups, showKernel } from "./look-around.js";
import { Narrator } from "./narrator.js";
import { differences, snapshot } from "./snapshot.js";
import type { Stage } from "./stage.js";
import { type EduVisit, visitEdu } from "./visit-edu.js";
import { type MttyVisit, visitMtty } from "./visit-mtty.js";

/** What the tour has seen. */
export interface TourReport {
  readonly kernel: string;
  readonly groups: number;
  readonly steps: number;
  /** Null when the machine has no such device. */
  readonly edu: EduVisit | null;
  readonly mtty: MttyVisit | null;
  /** What was left behind; empty when all is as it was. */
  readonly left: readonly string[];
}

/**
 * The guided tour: the kernel, the IOMMU groups, a PCI device, a mediated device, and everything
 * taken down again.
 *
 * @throws VfioError and Error where a step fails; what the tour made is gone by then
 */
export async function takeTour(context: CommandContext): Promise<TourReport> {
  const { kernel } = context;
  const narrator = new Narrator(context);
  const stage: Stage = { kernel, narrator, context };
  const before = snapshot(kernel);
  const text = showKernel(stage);
  const groups = showGroups(stage);
  const edu = (await visitEdu(stage)) ?? null;
  const mtty = (await visitMtty(stage)) ?? null;
  const after = snapshot(kernel);
  const left = differences(before, after);
  narrator.title("Taken down");
  narrator.fact("open files", `${after.openFiles.length} of VFIO in this process`);
  narrator.fact("mediated", `${after.mdevs.length} devices, as before`);
  narrator.fact("groups", `${after.groups.length}, as before`);
  if (left.length > 0) throw new Error(`the tour left something behind: ${left.join("; ")}`);
  if (edu === null && mtty === null) throw new Error(nothingToVisit);
  return { kernel: text, groups, steps: narrator.steps, edu, mtty, left };
}

const nothingToVisit =
  "this machine has neither an edu PCI device nor the mtty driver for the tour to visit.\n" +
  "  See all of it on the simulated kernel: vfio tour --kernel simulated";
