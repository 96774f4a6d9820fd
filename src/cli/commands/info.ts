import type { SysfsDevice } from "../../sysfs/index.js";
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
      context.note(notWithVfio(device));
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

function notWithVfio({ name, driver }: SysfsDevice): string {
  const whose = driver === undefined ? "has no driver" : `is with ${driver}`;
  return `${name} ${whose}, not with VFIO; for regions and interrupts: vfio bind ${name}`;
}
