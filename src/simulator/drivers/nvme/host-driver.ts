import { PciCommand } from "../../../uapi/pci-regs.js";
import type { SimulatedMachine } from "../../machine.js";
import { perMachine } from "../../mdev/per-machine.js";
import type { PciDevice } from "../../pci/device.js";
import { type PciDriver, pciId } from "../../pci/driver.js";
import { NvmeChip } from "./chip.js";
import { blockSize } from "./namespace.js";

/** Numbers that controllers get, lowest free ones first. */
const numbers = perMachine((_machine: SimulatedMachine) => new Map<PciDevice, number>());

/**
 * The kernel's own driver of NVMe: a controller that it has is a disk, and not for VFIO. It leaves
 * the controller's queues alone; what counts here is who is bound, and what sysfs shows of it.
 */
// drivers/nvme/host/pci.c: nvme_probe()
export const nvmeHostDriver: PciDriver = {
  name: "nvme",
  module: "nvme",
  ids: [pciId({ classCode: 0x010802, classMask: 0xffffff })],
  usesDmaApi: true,
  probe: (device) => {
    device.enable();
    device.command(PciCommand.MASTER);
    device.interrupts.allowLine(false);
    device.interrupts.msix?.enable(Math.min(3, device.interrupts.msix.size));
    show(device);
    return 0;
  },
  remove: (device) => {
    hide(device);
    device.interrupts.msix?.disable();
    device.interrupts.allowLine(true);
    device.disable();
    return undefined;
  },
  // drivers/pci/iov.c: pci_sriov_configure_simple()
  configureSriov: ({ sriov }, functions) => {
    if (sriov === undefined) return 0;
    return functions === 0 ? sriov.disable() : sriov.enable(functions);
  },
};

function show(device: PciDevice): void {
  const { machine, directory, chip } = device;
  const taken = numbers(machine);
  const used = new Set(taken.values());
  let number = 0;
  while (used.has(number)) number += 1;
  taken.set(device, number);
  const name = `nvme${number}`;
  const controller = directory.directory("nvme").directory(name);
  const { serial = "", size } = chip instanceof NvmeChip ? chip.options : {};
  controller
    .link("device", directory)
    .readable("model", () => `${"QEMU NVMe Ctrl".padEnd(40)}\n`)
    .readable("serial", () => `${serial.padEnd(20)}\n`)
    .readable("state", () => "live\n")
    .readable("transport", () => "pcie\n")
    .readable("address", () => `${device.name}\n`);
  machine.sysfs.walk("class/nvme").link(name, controller);
  if (size === undefined) return;
  const disk = controller.directory(`${name}n1`);
  disk
    .readable("size", () => `${size / blockSize}\n`)
    .readable("ro", () => "0\n")
    .readable("removable", () => "0\n")
    .link("device", controller)
    .directory("holders");
  for (const place of ["block", "class/block"]) machine.sysfs.walk(place).link(disk.name, disk);
}

function hide(device: PciDevice): void {
  const { machine, directory } = device;
  const name = `nvme${numbers(machine).get(device)}`;
  numbers(machine).delete(device);
  directory.remove("nvme");
  machine.sysfs.walk("class/nvme").remove(name);
  for (const place of ["block", "class/block"]) machine.sysfs.walk(place).remove(`${name}n1`);
}
