/**
 * A walk through the typed layer that prints what it sees, line by line: on the simulator in
 * `walk.test.ts`, on a real kernel with
 * `npm run --silent guest -- --kernel 6.1 node dist/test/vfio/walk.js > test/vfio/walk.6.1.txt`.
 * What the real kernels printed is kept in those files.
 */

import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  bind,
  type Device,
  type Eventfd,
  Extension,
  isVfioError,
  type Kernel,
  pci,
  startMdev,
  stopMdev,
  Vfio,
} from "../../src/index.js";
import { eduRegisters } from "../../src/simulator/drivers/edu/registers.js";

/** One line: what was asked, and the answer or the code of the failure. */
type Say = (what: string, answer: () => unknown) => Promise<void>;

const EDU = "0000:00:05.0";
const PAIR = ["0000:02:01.0", "0000:02:02.0"] as const;
const NVME = "0000:03:00.0";
const PATIENCE = 5000;

/** Takes the walk. */
export async function walk(kernel: Kernel): Promise<string[]> {
  const lines: string[] = [];
  const say: Say = async (what, answer) => {
    lines.push(`${what}: ${await answerOf(answer)}`);
  };
  for (const name of [EDU, ...PAIR, NVME]) await bind(kernel, name);
  for (const visit of [edu, eduInterrupts, eduMemory, pair, nvme, mtty, screens]) {
    const vfio = await Vfio.open({ kernel });
    lines.push(`# ${visit.name}`);
    await visit(vfio, say);
    await vfio.close();
  }
  return lines;
}

async function answerOf(answer: () => unknown): Promise<string> {
  try {
    return text(await answer());
  } catch (error) {
    if (isVfioError(error)) return `${error.code} ${error.request ?? ""}`.trim();
    if (error instanceof Error) return error.name;
    throw error;
  }
}

function text(value: unknown): string {
  const json = JSON.stringify(value, (_key, part) =>
    typeof part === "bigint" ? `0x${part.toString(16)}` : part,
  );
  return json ?? "undefined";
}

async function describe(device: Device, say: Say): Promise<void> {
  const { config } = device;
  await say("info", () => [device.api, device.resettable, device.info.regionCount]);
  for (const region of device.regions()) {
    await say(region.name, () => [region.size, region.info.flags, region.mappableAreas]);
  }
  for (const irq of device.interrupts.all()) await say(irq.name, () => irq.info);
  await say("ids", () => [config.vendorId, config.deviceId, config.classCode, config.revisionId]);
  await say("command", () => config.command.readFields());
  await say("BARs", () => config.bars.map(({ index, space, bits }) => [index, space, bits]));
  await say("capabilities", () => config.capabilities);
  await say("extended", () => config.extendedCapabilities.map(({ name, kind }) => [name, kind]));
}

async function edu(vfio: Vfio, say: Say): Promise<void> {
  const device = await vfio.openDevice(EDU);
  await describe(device, say);
  const registers = device.region(pci.BAR0).registers(eduRegisters);
  await say("id", () => registers.id.read());
  registers.liveness.write(0x1234_5678);
  await say("liveness", () => registers.liveness.read());
  await say("8 and 16 bits", () => [device.region(0).read8(0), device.region(0).read16(0)]);
  device.config.command.fields.memory.write(false);
  await say("memory off", () => registers.id.read());
  device.config.command.fields.memory.write(true);
  await say("memory on", () => registers.id.read());
  await say("reset", () => device.reset());
  await say("hot reset info", () => device.hotResetInfo());
  await say("hot reset", () => device.hotReset());
  await say("region 8", () => device.region(pci.VGA).size);
  await say("migration", () => device.migration.support);
  await say("display", () => device.display.modes);
  await say("DMA logging", () => device.dmaLogging.supported);
  await say("unset", () => device.group.unsetContainer());
}

async function eduInterrupts(vfio: Vfio, say: Say): Promise<void> {
  const device = await vfio.openDevice(EDU, { watchRequest: false });
  const registers = device.region(pci.BAR0).registers(eduRegisters);
  const { intx, msi, msix, req, err } = device.interrupts;
  const signal = () => AbortSignal.timeout(PATIENCE);
  device.config.command.update({ busMaster: true });
  for (const irq of [msi, intx]) {
    const enabled = irq.enable();
    await say(`${irq.name} while the other is on`, () => (irq === msi ? intx : msi).enable());
    for (const operand of [5, 6]) {
      registers.status.writeFields({ raiseIrq: true });
      registers.factorial.write(operand);
      await say(irq.name, () => enabled.once({ signal: signal() }));
      await say("status", () => registers.irqStatus.read());
      registers.irqAcknowledge.write(registers.irqStatus.read());
      await say("factorial", () => registers.factorial.read());
    }
    irq.trigger();
    await say("by hand", () => enabled.once({ signal: signal() }));
    await say("mask", () => irq.mask());
    await say("unmask", () => irq.unmask());
    await say("add", () => enabled.add(1));
    await enabled.close();
    await say("by hand when off", () => irq.trigger());
  }
  await say("MSI-X", () => msix.info.count);
  await say("ERR", () => err.info);
  using requests = req.enable();
  req.trigger();
  await say("REQ", () => requests.once({ signal: signal() }));
  const resample = vfio.eventfd();
  await unmasking(device, resample, say);
}

async function unmasking(device: Device, resample: Eventfd, say: Say): Promise<void> {
  const { intx } = device.interrupts;
  await say("unmask by an eventfd when off", () => intx.unmaskBy(resample.fd));
  using _enabled = intx.enable();
  await say("unmask by an eventfd", () => intx.unmaskBy(resample.fd));
  await say("twice", () => intx.unmaskBy(resample.fd));
  await say("by none", () => intx.unmaskBy(-1));
}

async function eduMemory(vfio: Vfio, say: Say): Promise<void> {
  const device = await vfio.openDevice(EDU);
  const { container } = vfio;
  await say("extensions", () =>
    Object.values(Extension).filter((extension) => container.checkExtension(extension)),
  );
  await say("IOMMU", () => container.info());
  const memory = vfio.allocate(4 * 4096);
  await say("outside", () => vfio.dma.map(memory, { iova: 0xfee0_0000 }).iova);
  await say("unaligned", () => vfio.dma.map(memory, { iova: 1 }).iova);
  const mapping = vfio.dma.map(memory);
  await say("chosen", () => mapping.iova);
  await say("again", () => vfio.dma.map(memory, { iova: mapping.iova }).iova);
  await say("cut", () => vfio.dma.unmap(mapping.iova, 4096));
  await say("dirty before start", () => container.dirtyPages.query(mapping.iova, 4096).count);
  container.dirtyPages.start();
  await say("dirty", () => [...container.dirtyPages.query(mapping.iova, mapping.size)]);
  await say("unmap dirty", () => vfio.dma.unmapDirty(mapping.iova, mapping.size).dirty.count);
  container.dirtyPages.stop();
  const other = vfio.dma.map(memory);
  other.invalidateAddress();
  await say("invalidated twice", () => other.invalidateAddress());
  other.updateAddress(vfio.allocate(4 * 4096));
  const bar = device.region(pci.BAR0).map({ length: 8192 });
  await say("a BAR", () => vfio.dma.map(bar).size);
  await say("left", () => container.info().mappingsAvailable);
  await say("unmap all", () => vfio.dma.unmapAll());
  const knock = device.region(pci.BAR0).ioeventfd({ offset: 4, width: 4, value: 0x1234 });
  const twin = { offset: 4, width: 4, value: 0x1234 } as const;
  await say("the same ioeventfd", () => device.region(pci.BAR0).ioeventfd(twin));
  knock.signal();
  await kernelTime();
  await say("knocked", () => device.region(pci.BAR0).read32(4));
  const config = { offset: 4, width: 2, value: 0 } as const;
  await say("ioeventfd elsewhere", () => device.region(pci.CONFIG).ioeventfd(config));
}

async function pair(vfio: Vfio, say: Say): Promise<void> {
  const device = await vfio.openDevice(PAIR[0]);
  await describe(device, say);
  await say("hot reset info", () => device.hotResetInfo().map(({ name }) => name));
  await say("reset", () => device.reset());
  await say("hot reset", () => device.hotReset());
  const sibling = await vfio.openDevice(PAIR[1]);
  await say("one group", () => sibling.group === device.group);
}

async function nvme(vfio: Vfio, say: Say): Promise<void> {
  const device = await vfio.openDevice(NVME);
  await describe(device, say);
  const bar = device.region(pci.BAR0);
  await say("version", () => bar.read32(8));
  await say("the MSI-X table", () => [bar.read32(0x2000), bar.read(0x1ffc, 12).length]);
  const { msix } = device.interrupts;
  const enabled = msix.enable(2);
  msix.trigger(1);
  await say("vector", () => enabled.once({ signal: AbortSignal.timeout(PATIENCE) }));
  await say("add", () => enabled.add(3));
  await say("vectors", () => [enabled.count, device.config.capability("msix")?.enabled]);
  await enabled.close();
  await say("reset", () => device.reset());
  device.lowPower.enter();
  await say("in low power", () => bar.read32(8));
  await say("twice", () => device.lowPower.enter());
  device.lowPower.exit();
  await say("out of it", () => bar.read32(8));
  await say("VF token", () => device.setVfToken("83b8f4f2-509f-382f-3c1e-e6bfe0fa1001"));
}

async function mtty(vfio: Vfio, say: Say): Promise<void> {
  const { kernel } = vfio;
  const made = startMdev(kernel, { type: "mtty-2" });
  const device = await vfio.openDevice(made.name);
  await describe(device, say);
  await say("map", () => device.region(pci.BAR0).map());
  await say("IOMMU", () => vfio.container.info());
  await say("migration", () => device.migration.support);
  await device.close();
  await vfio.close();
  await stopMdev(kernel, made, { force: true });
}

async function screens(vfio: Vfio, say: Say): Promise<void> {
  const { kernel } = vfio;
  for (const type of ["mdpy-vga", "mbochs-small"]) {
    const made = startMdev(kernel, { type });
    const device = await vfio.openDevice(made.name);
    await say(`${type} modes`, () => device.display.modes);
    for (const mode of device.display.modes) await say(mode, () => device.display.plane(mode));
    await say("regions", () =>
      device.regions().map(({ name, size, info }) => [name, size, info.type]),
    );
    await say("dma-buf", () => device.display.dmabuf(7));
    await device.group.close();
    await stopMdev(kernel, made, { force: true });
  }
}

/** Time for a work queue of the kernel. */
function kernelTime(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 200));
}

/** Descriptors of this process that have to do with VFIO, where there is a /proc. */
function descriptors(): string[] {
  return readdirSync("/proc/self/fd")
    .map((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`);
      } catch {
        return "gone";
      }
    })
    .filter((target) => /vfio|eventfd/.test(target));
}

/** Mappings of this process that are a device's. */
function mappings(): string[] {
  return readFileSync("/proc/self/maps", "utf8")
    .split("\n")
    .filter((line) => line.includes("[vfio-device]"));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { kernel } = await Vfio.open();
  const before = descriptors();
  console.log((await walk(kernel)).join("\n"));
  const left = { descriptors: descriptors().length - before.length, mappings: mappings().length };
  if (left.descriptors !== 0 || left.mappings !== 0) {
    console.error("left open:", left);
    process.exitCode = 1;
  }
}
