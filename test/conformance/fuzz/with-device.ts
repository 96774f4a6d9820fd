import { type Kernel, OpenFlags } from "../../../src/kernel.js";
import { Vfio } from "../../../src/uapi/index.js";

/** Opens a device for a moment, with a container of its own. */
export function withDevice(
  kernel: Kernel,
  { name, node }: { name: string; node: string },
  use: (device: number) => void,
): void {
  const container = kernel.open("/dev/vfio/vfio", OpenFlags.readWrite);
  const group = kernel.open(node, OpenFlags.readWrite);
  const word = new Uint8Array(Int32Array.of(container).buffer);
  kernel.unsafeIoctl(group, Vfio.GROUP_SET_CONTAINER, word);
  kernel.unsafeIoctl(container, Vfio.SET_IOMMU, 3);
  const device = kernel.unsafeIoctl(group, Vfio.GROUP_GET_DEVICE_FD, name);
  use(device);
  for (const fd of [device, group, container]) kernel.close(fd);
}
