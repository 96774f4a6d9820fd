import { blockers, type IommuGroup, iommuGroups } from "../../sysfs/index.js";
import { deviceTitle } from "../text/device-title.js";
import type { Stage } from "./stage.js";

const SHOWN = 16;

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
    "are one group, and a program gets a group as a whole or not at all.",
  );
  for (const group of groups.slice(0, SHOWN)) {
    for (const [at, line] of memberLines(group).entries()) {
      narrator.fact(at === 0 ? `group ${group.id}` : "", line);
    }
  }
  if (groups.length > SHOWN) narrator.say(`and ${groups.length - SHOWN} more: vfio groups`);
  return groups.length;
}

function memberLines(group: IommuGroup): string[] {
  const blocking = blockers(group);
  return group.members.map((member) => {
    const title = `${member.name} ${deviceTitle(member) ?? ""}`.trim();
    return blocking.includes(member) ? `${title} (used by the kernel)` : title;
  });
}
