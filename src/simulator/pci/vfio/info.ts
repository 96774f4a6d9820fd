import { Errno } from "../../../errno.js";
import {
  DeviceFlags,
  IrqInfoFlags,
  PciIrq,
  PciRegion,
  RegionCap,
  RegionFlags,
} from "../../../uapi/flags.js";
import { capHeader, deviceInfo, irqInfo, regionInfo } from "../../../uapi/structs.js";
import type { UserArgument } from "../../core/argument.js";
import type { Result } from "../../core/result.js";
import { readChecked } from "./checked.js";
import type { VfioPciDevice } from "./device.js";
import { irqIndices } from "./irqs/irqs.js";
import { regionCount, regionSpan } from "./regions.js";
import { hasVga, legacyVgaSize } from "./vga.js";

/** Up to and including num_irqs; `cap_offset` is younger. */
const leastDeviceInfo = 16;

// drivers/vfio/pci/vfio_pci_core.c: vfio_pci_ioctl_get_info()
export function getInfo(device: VfioPciDevice, argument: UserArgument): Result {
  const info = readChecked(argument, deviceInfo, leastDeviceInfo);
  if (typeof info === "number") return info;
  const { deviceInfoSize: most } = device.profile;
  // 6.1 knows two sizes, later kernels write as much as there is room for.
  const written = most === 20 && info.argsz < most ? leastDeviceInfo : Math.min(info.argsz, most);
  const answer = new Uint8Array(24);
  answer.set(
    deviceInfo.encode({
      argsz: info.argsz,
      flags: DeviceFlags.PCI | (device.resetWorks ? DeviceFlags.RESET : 0),
      num_regions: regionCount,
      num_irqs: irqIndices,
    }),
  );
  return argument.write(answer.subarray(0, written)) ? 0 : -Errno.EFAULT;
}

// drivers/vfio/pci/vfio_pci_core.c: vfio_pci_ioctl_get_region_info()
export function getRegionInfo(device: VfioPciDevice, argument: UserArgument): Result {
  const info = readChecked(argument, regionInfo, regionInfo.size);
  if (typeof info === "number") return info;
  const region = describe(device, info.index);
  if (region === undefined) return -Errno.EINVAL;
  const answer = {
    ...info,
    flags: region.flags,
    size: BigInt(region.size),
    offset: BigInt(info.index * regionSpan),
  };
  if (region.msixMappable) return withCapability(argument, answer);
  return argument.write(regionInfo.encode(answer)) ? 0 : -Errno.EFAULT;
}

interface Region {
  readonly size: number;
  readonly flags: number;
  readonly msixMappable?: boolean;
}

const readWrite = RegionFlags.READ | RegionFlags.WRITE;
const absent: Region = { size: 0, flags: 0 };

function describe(device: VfioPciDevice, index: number): Region | undefined {
  const { pci } = device;
  if (index === PciRegion.CONFIG) return { size: pci.config.size, flags: readWrite };
  if (index === PciRegion.ROM) {
    const there = pci.rom?.valid === true;
    return there ? { size: pci.rom!.size, flags: RegionFlags.READ } : absent;
  }
  if (index === PciRegion.VGA) {
    return hasVga(device) ? { size: legacyVgaSize, flags: readWrite } : undefined;
  }
  if (index >= PciRegion.ROM) return undefined;
  const bar = pci.bars[index];
  if (bar === undefined) return absent;
  if (!device.mappable(index)) return { size: bar.size, flags: readWrite };
  const msixMappable = device.msix.bar === index;
  return { size: bar.size, flags: readWrite | RegionFlags.MMAP, msixMappable };
}

/** Behind the struct: the capability that says that MSI-X pages are mapped too. */
function withCapability(
  argument: UserArgument,
  info: ReturnType<typeof regionInfo.decode>,
): Result {
  const capability = capHeader.encode({ id: RegionCap.MSIX_MAPPABLE, version: 1 });
  const total = regionInfo.size + capability.length;
  const flags = info.flags | RegionFlags.CAPS;
  if (info.argsz < total) {
    const answer = regionInfo.encode({ ...info, flags, argsz: total, cap_offset: 0 });
    return argument.write(answer) ? 0 : -Errno.EFAULT;
  }
  if (!argument.write(capability, regionInfo.size)) return -Errno.EFAULT;
  const answer = regionInfo.encode({ ...info, flags, cap_offset: regionInfo.size });
  return argument.write(answer) ? 0 : -Errno.EFAULT;
}

// drivers/vfio/pci/vfio_pci_core.c: vfio_pci_ioctl_get_irq_info()
export function getIrqInfo(device: VfioPciDevice, argument: UserArgument): Result {
  const info = readChecked(argument, irqInfo, irqInfo.size);
  if (typeof info === "number") return info;
  const { index } = info;
  if (index >= irqIndices) return -Errno.EINVAL;
  if (index === PciIrq.ERR && !device.pci.isPcie) return -Errno.EINVAL;
  const grows =
    index === PciIrq.MSIX && device.profile.dynamicMsix && device.pci.interrupts.msix !== undefined;
  const kind =
    index === PciIrq.INTX
      ? IrqInfoFlags.MASKABLE | IrqInfoFlags.AUTOMASKED
      : grows
        ? 0
        : IrqInfoFlags.NORESIZE;
  const flags = IrqInfoFlags.EVENTFD | kind;
  const answer = irqInfo.encode({ ...info, flags, count: device.irqs.count(index) });
  return argument.write(answer) ? 0 : -Errno.EFAULT;
}
