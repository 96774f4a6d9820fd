import type { Kernel } from "../../kernel.js";
import { mdevParentNames, type SysfsDevice } from "../../sysfs/index.js";
import type { Command, CommandContext } from "../command.js";
import { withDevice } from "../device/open.js";
import { configText } from "../info/config-text.js";
import { deviceText, vfioText } from "../info/device-text.js";
import {
  groupSummary,
  type InfoReport,
  sysfsConfig,
  vfioConfig,
  vfioReport,
} from "../info/report.js";
import { deviceParameter } from "../parameter/device.js";
import type { Paint } from "../text/paint.js";

/** `vfio info DEVICE` */
export const info: Command<unknown, InfoReport> = {
  run: async (context: CommandContext, [text]) => {
    const { kernel } = context;
    const device = deviceParameter(kernel, text!);
    const group = groupSummary(kernel, device);
    if (!device.vfio) {
      context.note(notWithVfio(kernel, device));
      return { device, group, vfio: undefined, config: sysfsConfig(kernel, device) };
    }
    try {
      return await withDevice(context, device.path, (open) => ({
        device,
        group,
        vfio: vfioReport(open),
        config: vfioConfig(open),
      }));
    } catch (error) {
      // What sysfs tells helps to understand why VFIO said no.
      context.print(
        deviceText({ device, group, vfio: undefined, config: undefined }, context.paint),
      );
      throw error;
    }
  },
  show: (report: InfoReport, paint: Paint) =>
    deviceText(report, paint) +
    (report.vfio === undefined ? "" : vfioText(report.vfio, paint)) +
    (report.config === undefined ? "" : configText(report.config, paint)),
};

function notWithVfio(kernel: Kernel, { kind, name, driver }: SysfsDevice): string {
  if (mdevParentNames(kernel).includes(name)) {
    return `${name} makes mediated devices: vfio mdev types --parent ${name}`;
  }
  if (kind !== "pci") return `VFIO does not have ${name}.`;
  const whose = driver === undefined ? "it has no driver" : `${driver} has it`;
  return `VFIO does not have ${name}: ${whose}. For regions and interrupts: vfio bind ${name}`;
}
