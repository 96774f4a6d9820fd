import type { Kernel } from "../../kernel.js";
import { eduBuffer, eduRegisters } from "../../simulator/drivers/edu/registers.js";
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
import type { Registers } from "../../vfio/registers.js";
import { Vfio } from "../../vfio/vfio.js";
import { hex } from "../text/number.js";
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

type Edu = Registers<typeof eduRegisters>;

const OPERAND = 10;
const LIVENESS = 0x1234_5678;
const IOVA = 0x10_0000n;

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
    const copied = await copyThroughDevice(stage, vfio, edu);
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

async function copyThroughDevice(stage: Stage, vfio: Vfio, edu: Edu): Promise<number> {
  const { size } = eduBuffer;
  const memory = vfio.allocate(2 * size);
  const mapping = vfio.dma.map(memory, { iova: IOVA });
  try {
    const [source, target] = [
      memory.bytes.subarray(0, size),
      memory.bytes.subarray(size, 2 * size),
    ];
    source.forEach((_, at) => {
      source[at] = (at * 7 + (at >> 8)) & 0xff;
    });
    const there = IOVA;
    const back = IOVA + BigInt(size);
    stage.narrator.say(
      "Memory gets an address of its own for the device (IOVA), and only there it",
    );
    stage.narrator.say("can read and write: the IOMMU keeps it from everything else.");
    await transfer(stage, edu, { from: there, to: BigInt(eduBuffer.address), toMemory: false });
    stage.narrator.fact("DMA to it", `${size} bytes from memory at IOVA ${hex(there)}`);
    await transfer(stage, edu, { from: BigInt(eduBuffer.address), to: back, toMemory: true });
    if (Buffer.compare(source, target) !== 0) throw new Error("DMA: the bytes came back different");
    stage.narrator.fact("DMA from it", `${size} bytes to memory at IOVA ${hex(back)}: the same`);
    return size;
  } finally {
    mapping.unmap();
    memory.free();
  }
}

async function transfer(
  { kernel, context }: Stage,
  edu: Edu,
  { from, to, toMemory }: { from: bigint; to: bigint; toMemory: boolean },
): Promise<void> {
  edu.dmaSource.write(from);
  edu.dmaDestination.write(to);
  edu.dmaCount.write(BigInt(eduBuffer.size));
  edu.dmaCommand.writeFields({ start: true, toMemory });
  const done = () => (edu.dmaCommand.fields.start.read() ? undefined : true);
  await waitFor(kernel, done, { what: "the transfer did not end", signal: context.signal });
}
