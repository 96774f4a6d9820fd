import { mdevDevices, memberRole, pciDevices, type SysfsDevice } from "../../sysfs/index.js";
import type { Command, CommandContext } from "../command.js";
import { deviceTitle, idText } from "../text/device-title.js";
import type { Paint } from "../text/paint.js";
import { table } from "../text/table.js";

/** `vfio list` */
export const list: Command<{ vfio?: boolean }, SysfsDevice[]> = {
  run: ({ kernel }: CommandContext, _parameters, { vfio = false }) => {
    const all = [...pciDevices(kernel), ...mdevDevices(kernel)];
    return vfio ? all.filter((device) => device.vfio) : all;
  },
  show: (devices, paint) => {
    if (devices.length === 0) return "No devices.\n";
    return table(
      devices.map((device) => row(device, paint)),
      { head: ["DEVICE", "ID", "GROUP", "DRIVER", "STATE", "NAME"] },
    );
  },
};

function row(device: SysfsDevice, paint: Paint): (string | number | undefined)[] {
  const role = memberRole(device);
  const state = role === "vfio" ? paint.green("vfio") : role === "blocking" ? "kernel" : role;
  const { name, group, driver } = device;
  return [name, idText(device), group, driver, state, deviceTitle(device)];
}
