import type { Kernel } from "../../kernel.js";
import { eduRegisters } from "../../simulator/drivers/edu/registers.js";
import {
  type Bound,
  bind,
  iommuGroup,
  memberRole,
  type PciDevice,
  pciDevices,
  restoreBinding,
} from "../../sysfs/index.js";
import { PciRegion } from "../../uapi/flags.js";
import type { Device } from "../../vfio/device.js";
import { Vfio } from "../../vfio/vfio.js";
import { hex } from "../text/number.js";
import { copyThroughEdu, type Edu } from "./edu-dma.js";
import type { Stage } from "./stage.js";
import { waitFor } from "./wait-for.js";

/** What the visit of the edu device found. */
export interface EduVisit {
  readonly device: string;
  readonly identification: number;
  readonly factorial: number;
  /** Bytes that went through the device's DMA engine, and back, and were the same. */
  readonly copied: number;
}

const OPERAND = 10;
const LIVENESS = 0x1234_5678;

/** Step: QEMU's edu, a PCI device. Undefined when there is none. */
export async function visitEdu(stage: Stage): Promise<EduVisit | undefined> {
  const { kernel, narrator } = stage;
  const found = findEdu(kernel);
  if (found === undefined) {
    narrator.title("A PCI device: none");
    narrator.say("QEMU's edu device is not here; in a virtual machine: qemu -device edu");
    return undefined;
  }
  narrator.title(`A PCI device: QEMU's edu at ${found.name}`);
  narrator.say("With vfio-pci as its driver, the device belongs to whoever opens its group.");
  const bound = await bind(kernel, found.name, { signal: stage.context.signal });
  tellBinding(stage, bound);
  try {
    return await useEdu(stage, found.name);
  } finally {
    await giveBack(stage, bound);
  }
}

/** An edu that a program can have: nothing else in its group is used by the kernel. */
function findEdu(kernel: Kernel): PciDevice | undefined {
  return pciDevices(kernel).find(({ vendor, device, group, name }) => {
    if (vendor !== 0x1234 || device !== 0x11e8 || group === undefined) return false;
    const others = iommuGroup(kernel, group).members.filter((member) => member.name !== name);
    return others.every((member) => memberRole(member) !== "blocking");
  });
}

function tellBinding({ narrator }: Stage, { device, before, changed, group }: Bound): void {
  const former = before.driver === undefined ? "it had no driver" : `taken from ${before.driver}`;
  const how = changed ? former : "it was already";
  narrator.fact("bound", `to ${device.driver}, ${how}: group ${group.id}, ${group.node}`);
}

async function giveBack({ kernel, narrator }: Stage, { before, changed }: Bound): Promise<void> {
  if (!changed) return;
  const failures = await restoreBinding(kernel, before);
  if (failures.length > 0) throw new Error(`not put back: ${failures.join("; ")}`);
  narrator.fact(
    "given back",
    before.driver === undefined ? "unbound again" : `to ${before.driver}`,
  );
}

async function useEdu(stage: Stage, name: string): Promise<EduVisit> {
  const { kernel, narrator } = stage;
  const vfio = await Vfio.open({ kernel });
  try {
    const device = await vfio.openDevice(name);
    narrator.fact("opened", `${device.regions().length} regions, BAR 0 holds its registers`);
    const edu = device.region(PciRegion.BAR0).registers(eduRegisters);
    const identification = edu.id.read();
    narrator.fact("identification", `${hex(identification, 8)}, as its documentation says`);
    invertLiveness(stage, edu);
    // Interrupts by message and DMA are both writes by the device: it must be allowed to.
    device.config.command.fields.busMaster.write(true);
    const factorial = await computeFactorial(stage, device, edu);
    const copied = await copyThroughEdu(stage, vfio, edu);
    return { device: name, identification, factorial, copied };
  } finally {
    await vfio.close();
  }
}

function invertLiveness({ narrator }: Stage, edu: Edu): void {
  edu.liveness.write(LIVENESS);
  const inverse = edu.liveness.read();
  if (inverse !== ~LIVENESS >>> 0) throw new Error(`liveness reads ${hex(inverse)}, not inverted`);
  narrator.fact(
    "liveness",
    `wrote ${hex(LIVENESS, 8)}, reads ${hex(inverse, 8)}: every bit inverted`,
  );
}

async function computeFactorial(stage: Stage, device: Device, edu: Edu): Promise<number> {
  const { kernel, narrator, context } = stage;
  const msi = device.interrupts.msi.enable(1);
  try {
    edu.status.writeFields({ raiseIrq: true });
    edu.factorial.write(OPERAND);
    const what = "the interrupt did not come";
    const { vector } = await waitFor(kernel, () => msi.take(), { what, signal: context.signal });
    edu.irqAcknowledge.write(edu.irqStatus.read());
    const factorial = edu.factorial.read();
    narrator.fact("factorial", `${OPERAND}! = ${factorial}, announced by MSI vector ${vector}`);
    if (factorial !== 3_628_800) throw new Error(`${OPERAND}! is not ${factorial}`);
    return factorial;
  } finally {
    edu.status.writeFields({ raiseIrq: false });
    await msi.close();
  }
}
