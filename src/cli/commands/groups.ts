import { Errno } from "../../errno.js";
import { VfioError } from "../../errors.js";
import { blockers, type IommuGroup, iommuGroups, memberRole } from "../../sysfs/index.js";
import type { Command, CommandContext } from "../command.js";
import { deviceTitle, idText } from "../text/device-title.js";
import type { Paint } from "../text/paint.js";
import { table } from "../text/table.js";

/** A group as `vfio groups --json` prints it. */
interface GroupReport extends IommuGroup {
  readonly viable: boolean;
  readonly blockers: readonly string[];
}

/** `vfio groups` */
export const groups: Command<unknown, GroupReport[]> = {
  run: ({ kernel }: CommandContext) => {
    const all = iommuGroups(kernel);
    if (all.length === 0) throw noGroups();
    return all.map((group) => {
      const names = blockers(group).map(({ name }) => name);
      return { ...group, viable: names.length === 0, blockers: names };
    });
  },
  show: (all, paint) => all.map((group) => groupText(group, paint)).join("\n"),
};

function groupText(group: GroupReport, paint: Paint): string {
  const state = group.viable
    ? paint.green("viable")
    : paint.red(`blocked by ${group.blockers.join(", ")}`);
  const node = group.node ?? "no node";
  const rows = group.members.map((member) => [
    member.name,
    idText(member),
    member.driver,
    memberRole(member),
    deviceTitle(member),
  ]);
  return `${paint.bold(`Group ${group.id}`)}  ${state}  ${node}\n${table(rows, { indent: "  " })}`;
}

function noGroups(): VfioError {
  return new VfioError({
    errno: Errno.ENOENT,
    syscall: "scandir",
    path: "/sys/kernel/iommu_groups",
    hint:
      "There is no IOMMU group here: the IOMMU is off, or there is none. Switch it on in the " +
      "firmware (VT-d, AMD-Vi) and, on Intel, with intel_iommu=on on the kernel's command line.\n" +
      "  Without VFIO, try a simulated kernel: --kernel simulated",
  });
}
