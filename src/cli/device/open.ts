import type { Device } from "../../vfio/device.js";
import type { CommandContext } from "../command.js";
import { deviceParameter } from "../parameter/device.js";

/** Opens the device that a DEVICE parameter means, and closes it when the use of it ends. */
export async function withDevice<T>(
  { kernel }: Pick<CommandContext, "kernel">,
  text: string,
  use: (device: Device) => T | Promise<T>,
): Promise<T> {
  const { name } = deviceParameter(kernel, text);
  const { Vfio } = await import("../../vfio/vfio.js");
  const vfio = await Vfio.open({ kernel });
  try {
    return await use(await vfio.openDevice(name));
  } finally {
    await vfio.close();
  }
}
