import { blockers, type IommuGroup, iommuGroups } from "../../sysfs/index.js";
import { deviceTitle } from "../text/device-title.js";
import type { Stage } from "./stage.js";

const SHOWN = 12;

/** Step: which kernel, and what VFIO has on it. */
export function showKernel({ kernel, narrator }: Stage): string {
  const { text } = kernel.description;
  narrator.title("The kernel");
  narrator.fact("running on", text);
  narrator.fact("/dev/vfio", kernel.system.list("/dev/vfio").join(" "));
  return text;
}

/** Step: the IOMMU groups. */
export function showGroups({ kernel, narrator }: Stage): number {
  const groups = iommuGroups(kernel);
  narrator.title(`IOMMU groups: ${groups.length}`);
  narrator.say(
    "The IOMMU decides which memory a device reaches. Devices that it cannot tell apart",
  );
  narrator.say("are one group, and a program gets a group as a whole or not at all.");
  for (const group of groups.slice(0, SHOWN)) narrator.fact(`group ${group.id}`, members(group));
  if (groups.length > SHOWN) narrator.say(`and ${groups.length - SHOWN} more: vfio groups`);
  return groups.length;
}

function members(group: IommuGroup): string {
  const titles = group.members.map((member) =>
    `${member.name} ${deviceTitle(member) ?? ""}`.trim(),
  );
  const blocked = blockers(group).length > 0 ? " (used by the kernel)" : "";
  return `${titles.join(", ") || "empty"}${blocked}`;
}
